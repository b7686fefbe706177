#include "bin/weft_bench/token_file.hpp"

#include "bin/options/json.hpp"
#include "net/client/private_file.hpp"

#include <sstream>

namespace weft::bench {

result<std::vector<session_account>> read_tokens(const std::filesystem::path& file) {
  const auto content = net::client::read_file(file);
  if (!content)
    return content.failure();
  std::vector<session_account> out;
  std::istringstream lines(content->value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto value = nlohmann::json::parse(line, nullptr, false);
    const auto text = [&value](const char* key) {
      return value.is_object() && value.contains(key) && value[key].is_string()
                 ? value[key].get<std::string>()
                 : std::string{};
    };
    session_account next{text("name"), {}, {}, text("token")};
    if (next.name.empty() || next.token.empty())
      return error{errc::corrupt, file.string() + " line " + std::to_string(out.size() + 1) +
                                      " is no account: remove the file to register anew"};
    out.push_back(std::move(next));
  }
  return out;
}

result<void> write_tokens(const std::filesystem::path& file,
                          const std::vector<session_account>& accounts) {
  std::string content;
  for (const auto& each : accounts)
    if (!each.token.empty())
      content += bin::to_line({{"name", each.name}, {"token", each.token}}) + '\n';
  return net::client::write_private_file(file, content);
}

} // namespace weft::bench
