#include "net/client/identity.hpp"

#include "net/client/private_file.hpp"

#include <toml++/toml.h>

#include <charconv>
#include <cstdlib>
#include <sstream>

namespace weft::net::client {
namespace {

std::filesystem::path file_in(const std::filesystem::path& home) {
  return home / "identity.toml";
}

/// 64-bit ids are kept as text: the integers of TOML are signed.
std::uint64_t number_in(const toml::table& table, std::string_view key) {
  const auto text = table[key].value_or(std::string{});
  std::uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

} // namespace

std::filesystem::path default_home() {
  if (const char* home = std::getenv("WEFT_HOME"); home && *home)
    return home;
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config && *config)
    return std::filesystem::path{config} / "weft";
  const char* home = std::getenv("HOME");
  return std::filesystem::path{home && *home ? home : "."} / ".config" / "weft";
}

result<identity> load_identity(const std::filesystem::path& home) {
  identity out;
  const auto content = read_file(file_in(home));
  if (!content)
    return content.failure();
  if (!*content) {
    out.device = device_id{make_uuid_v4()};
    return out;
  }
  const auto parsed = toml::parse(**content);
  const auto device =
      parsed ? parse_uuid_text(parsed.table()["device"].value_or(std::string{})) : std::nullopt;
  if (!device)
    return error{errc::corrupt, file_in(home).string() + " cannot be understood"};
  out.device = device_id{*device};
  const auto& table = parsed.table();
  out.name = table["name"].value_or(std::string{});
  out.user = user_id{number_in(table, "user_id")};
  out.token = table["token"].value_or(std::string{});
  out.history = number_in(table, "history_id");
  out.server = table["server"].value_or(std::string{});
  out.ca = table["ca"].value_or(std::string{});
  const auto asked = table["registration"];
  if (const auto op = parse_uuid_text(asked["op_id"].value_or(std::string{})))
    out.asked = {asked["name"].value_or(std::string{}), op_id{*op}};
  return out;
}

result<void> save_identity(const std::filesystem::path& home, const identity& who) {
  if (auto made = make_private_directory(home); !made)
    return made;
  toml::table table{{"device", to_uuid_text(who.device.bytes)}};
  if (who.has_account()) {
    table.insert("name", who.name);
    table.insert("user_id", to_text(who.user));
    table.insert("token", who.token);
    table.insert("history_id", std::to_string(who.history));
  }
  // Kept without an account too: who signs in again does so at the same server, the same way.
  if (!who.server.empty())
    table.insert("server", who.server);
  if (!who.ca.empty())
    table.insert("ca", who.ca);
  if (!who.asked.name.empty())
    table.insert("registration", toml::table{{"name", who.asked.name},
                                             {"op_id", to_uuid_text(who.asked.op.bytes)}});
  std::ostringstream text;
  text << "# Written by weft. The token gives access to the account: keep it secret.\n"
       << table << "\n";
  return write_private_file(file_in(home), text.str());
}

} // namespace weft::net::client
