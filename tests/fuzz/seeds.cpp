// Writes the seeds of the fuzz targets: one valid frame of each kind, and streams of them.
#include "actors/token.hpp"
#include "net/frame.hpp"
#include "net/proto/weft.pb.h"
#include "storage/ids.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace weft;

namespace {

const std::string device(16, '\x11');
const std::string thread = to_bytes(thread_id::direct(user_id{1}, user_id{2}));

std::string op() {
  const auto bytes = make_uuid_v7(time_ms{1'700'000'000'000});
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ClientFrame frame() {
  static std::uint64_t request = 0;
  ClientFrame out;
  out.set_request_id(++request);
  return out;
}

void add_handshake(std::vector<ClientFrame>& all) {
  auto& hello = *all.emplace_back(frame()).mutable_hello();
  hello.set_version_min(1);
  hello.set_version_max(1);
  hello.set_software("seed/1");
  auto& registered = *all.emplace_back(frame()).mutable_register_();
  registered.set_name("ann");
  registered.set_password("password");
  registered.set_device_id(device);
  registered.set_device_name("phone");
  registered.set_op_id(op());
  auto& login = *all.emplace_back(frame()).mutable_login();
  login.set_name("ann");
  login.set_password("password");
  login.set_device_id(device);
  auto& resume = *all.emplace_back(frame()).mutable_resume();
  resume.set_token(actors::format_token(user_id{1}, *uuid_from_bytes<device_id>(device),
                                        std::string(actors::token_secret_bytes, 's')));
  resume.set_history_id(7);
  auto& cursor = *resume.add_cursors();
  cursor.set_thread(thread);
  cursor.set_seq(3);
}

void add_requests(std::vector<ClientFrame>& all) {
  auto& to_thread = *all.emplace_back(frame()).mutable_send();
  to_thread.set_op_id(op());
  to_thread.set_thread(thread);
  to_thread.set_body("hello");
  auto& to_user = *all.emplace_back(frame()).mutable_send();
  to_user.set_op_id(op());
  to_user.set_user(2);
  to_user.set_content_type("image/png");
  to_user.set_body(std::string(100, 'x'));
  auto& history = *all.emplace_back(frame()).mutable_history();
  history.set_thread(thread);
  history.set_after(3);
  history.set_before(9);
  history.set_limit(10);
  all.emplace_back(frame()).mutable_inbox()->set_since(4);
  auto& below = *all.emplace_back(frame()).mutable_inbox();
  below.set_below_time_ms(5);
  below.set_below_thread(thread);
  auto& mark = *all.emplace_back(frame()).mutable_mark_read();
  mark.set_thread(thread);
  mark.set_seq(8);
  auto& cursor = *all.emplace_back().mutable_delivered()->add_cursors();
  cursor.set_thread(thread);
  cursor.set_seq(8);
  all.emplace_back(frame()).mutable_find_user()->set_name("bob");
  all.emplace_back(frame()).mutable_find_user()->set_user_id(2);
  all.emplace_back(frame()).mutable_heartbeat()->set_inbox_version(4);
  all.emplace_back(frame()).mutable_presence()->add_user_ids(4);
  all.emplace_back(frame()).mutable_status();
  all.emplace_back(frame()).mutable_locate();
  all.emplace_back(frame()).mutable_logout();
}

void write(const std::filesystem::path& to, const std::string& bytes) {
  std::ofstream{to, std::ios::binary} << bytes;
}

} // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: weft_fuzz_seeds DIRECTORY\n", stderr);
    return 2;
  }
  const std::filesystem::path root{arguments[1]};
  std::filesystem::create_directories(root / "codec");
  std::filesystem::create_directories(root / "frame");
  std::vector<ClientFrame> all;
  add_handshake(all);
  add_requests(all);
  std::string stream;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto payload = all[i].SerializeAsString();
    const auto header = net::frame_header(payload.size());
    stream += std::string{header.data(), header.size()} + payload;
    write(root / "codec" / std::to_string(i), payload);
    write(root / "frame" / std::to_string(i), std::string(1, static_cast<char>(i)) + stream);
  }
  return 0;
}
