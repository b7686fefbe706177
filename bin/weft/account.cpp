// weft register, login, logout, whoami.
#include "bin/options/json.hpp"
#include "bin/weft/context.hpp"
#include "bin/weft/password.hpp"
#include "bin/weft/session.hpp"

#include <array>
#include <cstdio>
#include <unistd.h>

namespace weft::bin {
namespace {

using net::client::client;
using net::client::identity;

enum class way_in { registration, login };

std::string device_name() {
  std::array<char, 65> host{};
  ::gethostname(host.data(), host.size() - 1);
  return std::string{"weft on "} + host.data();
}

void print_identity(const context& shared, const identity& who, const char* sentence) {
  if (shared.json)
    std::puts(to_line({{"name", who.name},
                       {"user_id", to_text(who.user)},
                       {"device_id", to_uuid_text(who.device.bytes)},
                       {"server", who.server}})
                  .c_str());
  else
    std::printf("%s %s (user %s, this device %s, server %s)\n", sentence, who.name.c_str(),
                to_text(who.user).c_str(), to_uuid_text(who.device.bytes).c_str(),
                who.server.c_str());
}

/// Fills in the request that signs in for the first time; a registration is the one that `who`
/// keeps.
net::client::steady_link::sign_in first_sign_in(way_in way, const identity& who,
                                                const std::string& name,
                                                const std::string& password) {
  return [=, device = std::string{who.device.view()},
          op = who.asked.op](weft::ClientFrame& frame, const net::client::server_clock&) {
    const auto fill = [&](auto& request) {
      request.set_name(name);
      request.set_password(password);
      request.set_device_id(device);
      request.set_device_name(device_name());
    };
    if (way == way_in::login)
      return fill(*frame.mutable_login());
    fill(*frame.mutable_register_());
    frame.mutable_register_()->set_op_id(std::string{op.view()});
  };
}

std::string joined(const std::vector<net::client::server_address>& servers) {
  std::string out;
  for (const auto& server : servers)
    out += (out.empty() ? "" : ",") + net::client::to_text(server);
  return out;
}

/// Keeps the operation id of a registration before the server hears of it: when its answer is
/// lost, the next run asks with the same id and finds the account that this one made.
result<void> keep_registration(const context& shared, client& connection, identity& who,
                               const std::string& name) {
  if (who.asked.name == name)
    return {};
  // Ids are made by the server's clock.
  if (auto met = connection.connect(); !met)
    return met;
  who.asked = {name, connection.make_op_id()};
  return net::client::save_identity(shared.home_directory(), who);
}

/// How a registration that failed ends: it stays kept unless the name is somebody else's.
command_result after_refusal(const context& shared, identity& who, error why) {
  const auto name = who.asked.name;
  if (why.code == errc::conflict)
    why.message = name + " was registered from here with another password; give that one";
  if (why.code == errc::name_taken) {
    who.asked = {};
    if (const auto saved = net::client::save_identity(shared.home_directory(), who); !saved)
      return saved.failure();
  }
  return if_unknown(std::move(why), "the account may have been made: run weft register " + name +
                                        " again, it asks under the same id");
}

command_result sign_in(const context& shared, way_in way, const std::string& given_name) {
  const auto name = fold_name(given_name);
  if (!is_valid_name(name))
    return usage_error{"'" + given_name +
                       "' is no name: 1 to 32 of a-z 0-9 . _ - beginning with a "
                       "letter or digit"};
  auto who = net::client::load_identity(shared.home_directory());
  if (!who)
    return who.failure();
  if (who->has_account() && (way == way_in::registration || who->name != name))
    return error{errc::conflict, "already signed in here as " + who->name +
                                     ": weft logout first, or use another --home"};
  const auto servers = shared.server_list(*who);
  if (!servers)
    return servers.failure();
  auto password = get_password(shared, way == way_in::registration ? password_prompt::twice
                                                                   : password_prompt::once);
  if (auto* wrong = std::get_if<usage_error>(&password))
    return *wrong;
  if (auto* why = std::get_if<error>(&password))
    return *why;
  // The device's id is kept before the server hears of it.
  if (const auto saved = net::client::save_identity(shared.home_directory(), *who); !saved)
    return saved.failure();
  client connection({*servers, shared.patience()});
  if (way == way_in::registration) {
    if (const auto kept = keep_registration(shared, connection, *who, name); !kept)
      return kept.failure();
  }
  const auto ready =
      connection.sign_in(first_sign_in(way, *who, name, std::get<std::string>(password)));
  if (!ready && way == way_in::registration)
    return after_refusal(shared, *who, ready.failure());
  if (!ready)
    return ready.failure();
  who->name = ready->name();
  who->user = user_id{ready->user_id()};
  who->token = ready->token();
  who->history = ready->history_id();
  who->ca = shared.tls_for(*who).ca;
  who->server = joined(*servers);
  who->asked = {};
  if (const auto saved = net::client::save_identity(shared.home_directory(), *who); !saved)
    return saved.failure();
  print_identity(shared, *who,
                 way == way_in::registration ? "registered, signed in as" : "signed in as");
  return {};
}

/// Signs out here even when the server refuses the token: then it is revoked already.
command_result sign_out(const context& shared, bool forget) {
  auto who = signed_in_identity(shared);
  if (!who)
    return who.failure();
  if (!forget) {
    const auto servers = shared.server_list(*who);
    if (!servers)
      return servers.failure();
    client connection({*servers, shared.patience()});
    const auto ready = connection.resume(who->token, who->history);
    if (!ready && ready.failure().code != errc::bad_credentials)
      return ready.failure();
    // A token that is refused while signing out is one that this very request has ended.
    const auto done = ready ? connection.logout() : result<void>{};
    if (!done && done.failure().code != errc::bad_credentials)
      return if_unknown(done.failure(), "the token may have ended: run weft logout again, or weft "
                                        "logout --forget");
  }
  const auto name = who->name;
  identity device_only;
  device_only.device = who->device;
  device_only.server = who->server;
  device_only.ca = who->ca;
  if (const auto saved = net::client::save_identity(shared.home_directory(), device_only); !saved)
    return saved.failure();
  if (shared.json)
    std::puts(to_line({{"name", name}}).c_str());
  else
    std::printf("signed out %s\n", name.c_str());
  return {};
}

command_result who_am_i(const context& shared) {
  const auto who = signed_in_identity(shared);
  if (!who)
    return who.failure();
  print_identity(shared, *who, "signed in as");
  return {};
}

} // namespace

void add_register(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand("register", "Make an account and sign this device in.");
  auto name = std::make_shared<std::string>();
  command->add_option("NAME", *name, "1 to 32 of a-z 0-9 . _ -; it never changes")
      ->type_name("")
      ->required();
  command->footer("Examples:\n  weft register ann\n"
                  "  WEFT_PASSWORD=secret-words weft register ann --server chat.example.org:7400");
  command->callback([&shared, name] {
    shared.run = [&shared, name] { return sign_in(shared, way_in::registration, *name); };
  });
}

void add_login(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand("login", "Sign this device in to an account.");
  auto name = std::make_shared<std::string>();
  command->add_option("NAME", *name, "the account's name")->type_name("")->required();
  command->footer("Examples:\n  weft login ann\n"
                  "  weft login ann --home ~/.weft-second --password-file secret.txt");
  command->callback([&shared, name] {
    shared.run = [&shared, name] { return sign_in(shared, way_in::login, *name); };
  });
}

void add_logout(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand("logout", "Sign this device out; its token ends at once.");
  auto forget = std::make_shared<bool>(false);
  command->add_flag("--forget", *forget, "forget the account here without telling the server");
  command->footer("Examples:\n  weft logout\n  weft logout --forget");
  command->callback(
      [&shared, forget] { shared.run = [&shared, forget] { return sign_out(shared, *forget); }; });
}

void add_whoami(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand("whoami", "Show who is signed in here.");
  command->footer("Examples:\n  weft whoami\n  weft whoami --json");
  command->callback([&shared] { shared.run = [&shared] { return who_am_i(shared); }; });
}

} // namespace weft::bin
