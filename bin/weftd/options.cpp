#include "bin/weftd/options.hpp"

#include <CLI/CLI.hpp>
#include <toml++/toml.h>

#include <charconv>
#include <iostream>
#include <map>
#include <string_view>

namespace weft::bin {

namespace {

constexpr const char* examples = R"(
Examples:
  weftd --data /var/lib/weft
      one node on this machine, clients on 127.0.0.1:7400
  weftd --data ./data --listen 0.0.0.0:7400 --http 127.0.0.1:0
      clients from everywhere, HTTP on a free port of this machine
  weftd --data ./data --listen 0.0.0.0:7400 --tls-cert chain.pem --tls-key key.pem
      clients by TLS alone
  weftd --config /etc/weft/weftd.toml
      the same names in a file: data = "/var/lib/weft"

Every option can be set in the file by its name without dashes, and in the environment
as WEFT_ and its name in upper case (WEFT_DATA, WEFT_LISTEN). Flags win over the
environment, the environment over the file. SIGTERM and Ctrl-C end the node in order;
SIGHUP has the certificate read again.
)";

/// "log-level" -> "WEFT_LOG_LEVEL".
std::string variable_of(const std::string& name) {
  std::string out = "WEFT_";
  for (char each : name)
    out += each == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
  return out;
}

/// Declares options so that each has its flag, its variable and its name in the file.
class declarations {
public:
  explicit declarations(CLI::App& app) : app_(app) {}

  template <class T>
  CLI::Option* add(const std::string& name, T& target, const std::string& text) {
    auto* option = app_.add_option("--" + name, target, text)->envname(variable_of(name));
    by_name_[name] = option;
    return option;
  }

  void add_milliseconds(const std::string& name, std::chrono::milliseconds& target,
                        const std::string& text) {
    auto* option = app_.add_option_function<std::int64_t>(
        "--" + name,
        [&target](const std::int64_t& count) { target = std::chrono::milliseconds(count); }, text);
    option->envname(variable_of(name))->check(CLI::PositiveNumber)->type_name("MS");
    option->default_str(std::to_string(target.count()));
    by_name_[name] = option;
  }

  /// Gives options that neither flag nor variable has set the values of the file.
  void take_file(const std::string& path) {
    const auto table = toml::parse_file(path);
    for (const auto& [key, value] : table) {
      const std::string name{key.str()};
      const auto found = by_name_.find(name);
      if (found == by_name_.end())
        throw CLI::ValidationError("--config", path + ": unknown setting '" + name + "'");
      if (found->second->count() > 0)
        continue;
      std::string text;
      if (const auto* as_text = value.as_string())
        text = as_text->get();
      else if (const auto* as_number = value.as_integer())
        text = std::to_string(as_number->get());
      else
        throw CLI::ValidationError("--config", path + ": '" + name + "' must be text or a number");
      found->second->add_result(text);
      found->second->run_callback();
    }
  }

private:
  CLI::App& app_;
  std::map<std::string, CLI::Option*> by_name_;
};

void declare(declarations& all, options& out) {
  all.add("data", out.data, "Directory of the store; created when missing")->type_name("DIR");
  all.add("listen", out.listen, "Where clients connect")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  all.add("http", out.http, "Health and status over HTTP")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  all.add("advertise", out.advertise, "Address that clients are told to connect to")
      ->type_name("HOST:PORT");
  all.add("tls-cert", out.tls_cert,
          "Serve clients by TLS with this certificate chain (PEM); read again on SIGHUP")
      ->type_name("FILE");
  all.add("tls-key", out.tls_key, "Key of the certificate (PEM, without a passphrase)")
      ->type_name("FILE");
  all.add("node", out.node, "Name of this node in status and logs")
      ->type_name("NAME")
      ->capture_default_str();
  all.add("log-level", out.log_level, "How much is logged to stderr")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  all.add("io-threads", out.io_threads, "Threads that serve sockets")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  all.add("actor-threads", out.actor_threads, "Threads that run actors; 0: one per processor")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  all.add("block-cache-mib", out.block_cache_mib, "Memory for blocks of the store")
      ->check(CLI::Range(8, 1 << 20))
      ->capture_default_str();
  all.add("free-space-min-mib", out.free_space_min_mib,
          "Below this much free disk sends are refused")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  all.add("password-memory-kib", out.limits.password_memory_kib, "Argon2id memory per password")
      ->check(CLI::Range(8, 1 << 22))
      ->capture_default_str();
  all.add_milliseconds("heartbeat-ms", out.limits.heartbeat, "Heartbeat interval of clients");
  all.add_milliseconds("session-expiry-ms", out.limits.session_expiry,
                       "A session ends after this much silence");
  all.add_milliseconds("sign-in-within-ms", out.limits.sign_in_within,
                       "A connection must sign in within this time");
  all.add_milliseconds("frame-within-ms", out.limits.frame_within,
                       "A frame that has begun must end within this time");
  all.add_milliseconds("presence-every-ms", out.limits.presence_every,
                       "How often shards are asked who has come or gone");
  all.add_milliseconds("last-seen-every-ms", out.limits.last_seen_every,
                       "How often it is written when users were last seen");
  all.add_milliseconds("inactivity-ms", out.limits.inactivity,
                       "Clients that a push can wake are disconnected after this much disuse");
}

/// A name or an IPv4 address, or, in brackets, an IPv6 address. Whether there is such a host is for
/// those who use it to find out.
bool is_host(std::string_view text, bool is_bracketed) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789.-_";
  const auto allowed = std::string{letters} + (is_bracketed ? ":%" : "");
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

void check_endpoint(const std::string& name, const result<endpoint>& parsed) {
  if (!parsed)
    throw CLI::ValidationError(name, parsed.failure().message);
}

void check(const options& given) {
  if (given.data.empty())
    throw CLI::RequiredError("--data DIR (or WEFT_DATA)");
  check_endpoint("--listen", parse_endpoint(given.listen));
  check_endpoint("--http", parse_endpoint(given.http));
  if (given.tls_cert.empty() != given.tls_key.empty())
    throw CLI::ValidationError(given.tls_cert.empty() ? "--tls-key" : "--tls-cert",
                               "a certificate and its key go together");
  if (given.advertise.empty())
    return;
  const auto advertised = parse_endpoint(given.advertise);
  check_endpoint("--advertise", advertised);
  if (advertised->port == 0)
    throw CLI::ValidationError("--advertise", "clients cannot connect to port 0");
}

} // namespace

result<endpoint> parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  const error wrong{errc::bad_request, "'" + text + "' is not HOST:PORT", outcome::nothing_written,
                    0};
  if (colon == std::string::npos)
    return wrong;
  endpoint out;
  out.host = text.substr(0, colon);
  const auto is_bracketed =
      out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']';
  if (is_bracketed)
    out.host = out.host.substr(1, out.host.size() - 2);
  const auto* begin = text.data() + colon + 1;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(begin, end, out.port);
  if (read.ec != std::errc{} || read.ptr != end || !is_host(out.host, is_bracketed))
    return wrong;
  return out;
}

parsed_options parse_options(int argc, const char* const* argv) {
  parsed_options out;
  CLI::App app{"weftd: one node of the Weft chat engine", "weftd"};
  app.footer(examples);
  app.set_version_flag("--version", std::string{"weftd "} + WEFT_VERSION);
  std::string config;
  app.add_option("--config", config, "TOML file with the same names")
      ->type_name("FILE")
      ->envname("WEFT_CONFIG");
  declarations all(app);
  declare(all, out.options);
  try {
    app.parse(argc, argv);
    if (!config.empty())
      all.take_file(config);
    check(out.options);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    out.leave = true;
  } catch (const CLI::CallForVersion&) {
    std::cout << "weftd " << WEFT_VERSION << "\n";
    out.leave = true;
  } catch (const CLI::Error& wrong) {
    std::cerr << "weftd: " << wrong.what() << " (weftd --help)\n";
    out.leave = true;
    out.exit_code = 2;
  } catch (const toml::parse_error& wrong) {
    std::cerr << "weftd: " << config << ": " << wrong.description() << " (weftd --help)\n";
    out.leave = true;
    out.exit_code = 2;
  }
  return out;
}

} // namespace weft::bin
