// SPDX-License-Identifier: MIT
#include "access/accounts.hpp"

#include "access/email.hpp"
#include "crypto/digest.hpp"
#include "crypto/password.hpp"
#include "crypto/random.hpp"
#include "domain/words.hpp"

namespace inferkeep::access {
namespace {

namespace asio = boost::asio;

constexpr std::size_t sign_in_id_bytes = 16;
constexpr int beyond_every_cost = 32;

Error refused_password(const PasswordFault& fault, const std::string& member) {
  Error error = invalid({fault.type, {"body", member}, fault.msg, std::nullopt, fault.ctx});
  error.code = fault.code;
  return error;
}

Error slow_down(const char* why, std::chrono::seconds wait) {
  return {ErrorKind::too_many_requests, "rate_limited", std::string(why) + ", try again later", {}, {}, wait};
}

constexpr const char* many_guesses = "Too many attempts";
constexpr const char* many_registrations = "Too many registrations";

Error wrong_password() {
  return {ErrorKind::bad_credentials, "wrong_password", "Error on password change"};
}

PasswordFault same_password() {
  return {"value_error", "Value error, the new password is the old one", {}, "weak_password"};
}

/// Short whatever the name, so that nobody fills the memory with long ones.
std::string throttle_key(const std::string& name, const std::string& whose) {
  const std::string text = email_key(name) + '\n' + whose;
  return crypto::sha256_hex(std::as_bytes(std::span(text)));
}

/// Each hash of ours is bcrypt, of a lower cost than there is.
bool is_hash(const std::string& stored) {
  return crypto::needs_rehash(stored, beyond_every_cost);
}

/// What every line about what somebody asks has.
boost::json::object line_of(const Asker& asker) {
  return {{"request_id", asker.request_id}, {"peer", asker.peer}};
}

boost::json::object line_of(const Asker& asker, UserId user) {
  boost::json::object line = line_of(asker);
  line["user_id"] = user.value;
  return line;
}

crypto::Claims claims_of(const User& user, const SignIn& sign_in, Time now,
                         const std::vector<std::string>& services) {
  crypto::Claims claims{user.id.value, user.username,  std::string(to_string(user.role)), {}, sign_in.id,
                        now,           sign_in.expires};
  for (const std::string& service : services)
    claims.access["has_access_" + service] = user.grants.contains(service);
  return claims;
}

}  // namespace

Error oneself_gone(const Error& error) {
  if (error.kind != ErrorKind::not_found) return error;
  return {ErrorKind::invalid_token, "invalid_token", "Could not validate user", "deleted meanwhile"};
}

Accounts::Accounts(Parts parts, Options options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      dummy_hash_(crypto::hash_password(Secret(crypto::random_hex(16)), options_.bcrypt_cost)) {}

asio::awaitable<Result<void>> Accounts::sign_up(NewAccount account, Asker asker) {
  const Throttle::Keys keys{asker.subscriber};
  const auto wait = co_await parts_.registrations.begin(keys);
  if (!wait) co_return wait.error();
  if (*wait) co_return slow_down(many_registrations, **wait);
  auto created = co_await judge_sign_up(std::move(account), asker);
  if (created || created.error().kind == ErrorKind::conflict) {
    const auto full = co_await parts_.registrations.count(keys);
    if (!full.empty()) parts_.log->warning("throttle.register", line_of(asker));
  } else {
    co_await parts_.registrations.withdraw(keys);
  }
  co_return created;
}

asio::awaitable<Result<void>> Accounts::judge_sign_up(NewAccount account, Asker asker) {
  auto user = co_await prepare(std::move(account), "password");
  if (!user) co_return user.error();
  auto created = co_await parts_.database.run([&] { return parts_.users.create(*user, std::nullopt); });
  if (!created) {
    auto line = line_of(asker);
    line["code"] = created.error().code;
    parts_.log->info("register.conflict", std::move(line));
    co_return created.error();
  }
  parts_.log->info("register.ok", line_of(asker, created->id));
  co_return Result<void>{};
}

asio::awaitable<Result<User>> Accounts::create(const Admin&, NewAccount account, storage::AuditEvent audit) {
  auto user = co_await prepare(std::move(account), "password");
  if (!user) co_return user.error();
  co_return co_await parts_.database.run([&] { return parts_.users.create(*user, audit); });
}

asio::awaitable<Result<IssuedToken>> Accounts::sign_in(std::string username, Secret password, Asker asker) {
  const Throttle::Keys keys = guess_keys(username, asker);
  const auto wait = co_await parts_.guesses.begin(keys);
  if (!wait) co_return wait.error();
  if (*wait) co_return slow_down(many_guesses, **wait);
  auto token = co_await judge_sign_in(std::move(username), std::move(password), asker);
  if (token) familiar_.meet(keys.front());
  const auto full = co_await end_guess(keys, token);
  log_full(full, asker);
  co_return token;
}

/// Who guesses at a name from many addresses meets the bound of the name. Where its owner has signed in
/// before, that one does not hold: else anybody could keep them out.
Throttle::Keys Accounts::guess_keys(const std::string& username, const Asker& asker) const {
  Throttle::Keys keys{throttle_key(username, asker.subscriber), asker.subscriber};
  if (!familiar_.knows(keys.front())) keys.push_back(throttle_key(username, ""));
  return keys;
}

/// Tells the throttle what has come of a guess; gives the bounds that are full by it.
template <class T>
asio::awaitable<Throttle::Places> Accounts::end_guess(const Throttle::Keys& keys, const Result<T>& judged) {
  Throttle::Places full;
  if (judged)
    co_await parts_.guesses.forgive(keys);
  else if (judged.error().kind == ErrorKind::bad_credentials)
    full = co_await parts_.guesses.count(keys);
  else
    co_await parts_.guesses.withdraw(keys);  // busy, or the database is down: nobody has judged the password
  co_return full;
}

/// Once, at the failure that fills a bound: what is refused then has its request's line.
void Accounts::log_full(const Throttle::Places& bounds, const Asker& asker) {
  for (const std::size_t bound : bounds) {
    if (bound == 0) {
      parts_.log->warning("login.locked", line_of(asker));
      continue;
    }
    auto line = line_of(asker);
    line["limit"] = bound == 1 ? "address" : "account";
    parts_.log->warning("throttle.login", std::move(line));
  }
}

asio::awaitable<Result<IssuedToken>> Accounts::judge_sign_in(std::string username, Secret password,
                                                             Asker asker) {
  auto credential = co_await look_up(username);
  if (!credential) co_return credential.error();
  // An unknown name costs the same work as a known one, so that time does not tell them apart.
  const std::string hash = *credential ? (*credential)->hashed_password : dummy_hash_;
  auto right = co_await verify(password, hash);
  if (!right) co_return right.error();
  if (!*credential) co_return login_failed("unknown name", asker);
  if (!is_hash(hash)) log_unusable(**credential, asker);
  if (!*right) co_return login_failed("wrong password", asker);
  if (!(*credential)->user.is_active) co_return login_failed("deactivated", asker);

  auto current = co_await upgraded_hash(**credential, std::move(password));
  if (!current) co_return current.error();
  auto token = co_await start((*credential)->user, *current, asker);
  if (!token && token.error().kind == ErrorKind::not_found)
    co_return login_failed("changed meanwhile", asker);
  co_return token;
}

asio::awaitable<Result<void>> Accounts::sign_out(Principal principal, Asker asker) {
  auto ended = co_await parts_.database.run([&] { return parts_.sign_ins.end(principal.sign_in()); });
  // Two sign-outs at once: the second finds it ended, which is what it asked for.
  if (!ended && ended.error().kind != ErrorKind::not_found) co_return ended.error();
  parts_.log->info("logout", line_of(asker, principal.id()));
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Accounts::change_password(Principal principal, Secret old_password,
                                                        Secret new_password, Asker asker) {
  const Throttle::Keys keys{throttle_key("change of password", std::to_string(principal.id().value))};
  const auto wait = co_await parts_.guesses.begin(keys);
  if (!wait) co_return wait.error();
  if (*wait) co_return slow_down(many_guesses, **wait);
  auto changed =
      co_await judge_password_change(principal, std::move(old_password), std::move(new_password), asker);
  const auto full = co_await end_guess(keys, changed);
  if (changed || changed.error().kind == ErrorKind::bad_credentials)
    parts_.log->warning(changed ? "password.changed" : "password.failed", line_of(asker, principal.id()));
  if (!full.empty()) parts_.log->warning("password.locked", line_of(asker, principal.id()));
  co_return changed;
}

asio::awaitable<Result<void>> Accounts::judge_password_change(const Principal& principal, Secret old_password,
                                                              Secret new_password, Asker asker) {
  if (const auto fault = parts_.passwords.fault_for(new_password.reveal(), principal.username()))
    co_return refused_password(*fault, "new_password");
  auto credential =
      co_await parts_.database.run([&] { return parts_.users.find_credential(principal.id()); });
  if (!credential) co_return oneself_gone(credential.error());
  auto right = co_await verify(old_password, credential->hashed_password);
  if (!right) co_return right.error();
  if (!is_hash(credential->hashed_password)) log_unusable(*credential, asker);
  if (!*right) co_return wrong_password();
  if (new_password.reveal() == old_password.reveal())
    co_return refused_password(same_password(), "new_password");

  auto hashed = co_await hash(std::move(new_password));
  if (!hashed) co_return hashed.error();
  const storage::AuditEvent audit{principal.id(), "user.password_changed", asker.request_id};
  auto changed = co_await parts_.database.run([&] {
    return parts_.users.change_password(principal.id(), credential->hashed_password, *hashed,
                                        principal.sign_in(), audit);
  });
  if (changed) co_return changed;
  // Somebody else changed it while we hashed: what was given is no longer the old password.
  if (changed.error().kind == ErrorKind::conflict) co_return wrong_password();
  co_return oneself_gone(changed.error());
}

asio::awaitable<Result<storage::NewUser>> Accounts::prepare(NewAccount account,
                                                            const std::string& password_member) {
  if (const auto fault = parts_.passwords.fault_for(account.password.reveal(), account.username))
    co_return refused_password(*fault, password_member);
  auto hashed = co_await hash(account.password);
  if (!hashed) co_return hashed.error();
  co_return to_new_user(account, std::move(*hashed));
}

asio::awaitable<Result<IssuedToken>> Accounts::start(const User& user, std::string hash, const Asker& asker) {
  const Time now =
      std::chrono::floor<std::chrono::seconds>(parts_.clock());  // a token counts in whole seconds
  const SignIn sign_in{crypto::random_hex(sign_in_id_bytes), user.id, now + options_.token_life};
  auto started = co_await parts_.database.run([&] { return parts_.sign_ins.start(sign_in, hash); });
  if (!started) co_return started.error();
  parts_.log->info("login.ok", line_of(asker, user.id));
  co_return IssuedToken{parts_.tokens.issue(claims_of(user, sign_in, now, options_.services)),
                        options_.token_life};
}

/// The answer is that to a wrong password, so only this tells that no password will ever be right.
void Accounts::log_unusable(const storage::Credential& credential, const Asker& asker) {
  parts_.log->error("auth.hash_invalid", line_of(asker, credential.user.id));
}

Error Accounts::login_failed(const char* reason, const Asker& asker) {
  auto line = line_of(asker);
  line["reason"] = reason;
  parts_.log->warning("login.failed", std::move(line));
  return {ErrorKind::bad_credentials, "bad_credentials", "Could not validate user", reason};
}

storage::NewUser to_new_user(const NewAccount& account, std::string hashed_password) {
  const std::string address = normal_email(account.username);
  return {address,           email_key(address), account.first_name,
          account.last_name, account.country,    std::move(hashed_password),
          account.role,      account.is_active,  account.grants};
}

}  // namespace inferkeep::access
