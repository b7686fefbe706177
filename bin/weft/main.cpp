// weft: the chat client, interactive and scriptable.
#include "bin/options/command_line.hpp"
#include "bin/options/server_option.hpp"
#include "bin/weft/context.hpp"

namespace {

constexpr const char* examples = R"(
Begin:
  weft register ann                  make an account (asks for a password)
  weft chat bob                      talk
Examples:
  weft send bob "Hello, Bob"         say one thing
  echo "from a pipe" | weft send bob -
  weft history bob --limit 10        what was said
  weft threads                       the list of conversations
  weft listen --json                 print what comes in, one JSON object a line
  WEFT_HOME=~/.weft-bob weft login bob      a second identity beside the first
  weft login ann --server tls://chat.example.org:7400      encrypted, from then on always
Exit codes: 0 success, 2 wrong usage, 1 anything else; errors are one line on stderr.)";

void add_common_options(CLI::App& app, weft::bin::context& shared) {
  weft::bin::add_server_option(app, shared.servers);
  weft::bin::add_tls_options(app, shared.tls);
  app.add_option("--home", shared.home,
                 "directory of credentials and device id (else WEFT_HOME, else ~/.config/weft)")
      ->type_name("DIR");
  app.add_option("--password-file", shared.password_file,
                 "read the password from the first line of a file (else WEFT_PASSWORD, else a "
                 "prompt)")
      ->type_name("FILE");
  app.add_option("--patience", shared.patience_s,
                 "seconds that a request may take, reconnecting included")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 86'400.0))
      ->capture_default_str();
  app.add_flag("--json", shared.json, "print one JSON object a line");
}

/// Reports how the command ended.
int exit_code_of(const weft::bin::command_result& ended, weft::bin::output_form form) {
  using namespace weft::bin;
  if (const auto* wrong = std::get_if<usage_error>(&ended)) {
    report("weft", *wrong, form);
    return exit_usage;
  }
  if (const auto* failed = std::get_if<failed_operation>(&ended)) {
    report("weft", failed->why, form, failed->op);
    return exit_failure;
  }
  if (const auto* why = std::get_if<weft::error>(&ended)) {
    report("weft", *why, form);
    return exit_failure;
  }
  return exit_success;
}

} // namespace

int main(int argc, char** argv) {
  using namespace weft::bin;
  context shared;
  CLI::App app("weft: talk to others through a Weft server.", "weft");
  app.footer(examples);
  app.set_version_flag("--version", "weft " WEFT_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  add_common_options(app, shared);
  add_register(app, shared);
  add_login(app, shared);
  add_logout(app, shared);
  add_whoami(app, shared);
  add_send(app, shared);
  add_history(app, shared);
  add_threads(app, shared);
  add_read(app, shared);
  add_listen(app, shared);
  add_chat(app, shared);
  add_presence(app, shared);

  const auto form = form_asked_for(argc, argv);
  if (const auto code = parse(app, argc, argv, form))
    return *code;
  const auto code = exit_code_of(shared.run(), form);
  return conclude("weft", code, form);
}
