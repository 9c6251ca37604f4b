// SPDX-License-Identifier: MIT
#include "routers/auth.hpp"

#include "routers/shapes.hpp"

namespace inferkeep::routers {
namespace {

using access::Accounts;
using access::Asker;
using boost::asio::awaitable;

/// Credentials are short: a larger body is refused before it is read.
constexpr std::size_t credentials_limit = 16 * 1024;

awaitable<Result<Created>> handle_create_user(Body<CreateUser> body, Accounts& accounts, Asker asker) {
  CreateUser& user = body.value;
  // A variable, not a temporary: g++ 12 copies an aggregate made inside a co_await expression byte by byte.
  access::NewAccount account{.username = std::move(user.username),
                             .first_name = std::move(user.first_name),
                             .last_name = std::move(user.last_name),
                             .password = Secret(std::move(user.password)),
                             .country = std::move(user.country)};
  auto created = co_await accounts.sign_up(std::move(account), std::move(asker));
  if (!created) co_return created.error();
  co_return Created{};
}

void count(metrics::SignIns& sign_ins, const Result<access::IssuedToken>& token) {
  if (token) return sign_ins.ok();
  if (token.error().kind == ErrorKind::bad_credentials) return sign_ins.failed();
  if (token.error().kind == ErrorKind::too_many_requests) return sign_ins.throttled();
  sign_ins.unjudged();
}

awaitable<Result<http::Response>> handle_sign_in(Form<SignInForm> form, Accounts& accounts, Asker asker,
                                                 metrics::SignIns& sign_ins) {
  auto token = co_await accounts.sign_in(std::move(form.value.username),
                                         Secret(std::move(form.value.password)), std::move(asker));
  count(sign_ins, token);
  if (!token) co_return token.error();
  const Token shape{.access_token = token->text, .expires_in = token->expires_in.count()};
  http::Response response = json_answer(schema::to_json(shape));
  // RFC 6749 §5.1.
  response.set("Cache-Control", "no-store").set("Pragma", "no-cache");
  co_return response;
}

awaitable<Result<NoContent>> handle_sign_out(Principal principal, Accounts& accounts, Asker asker) {
  auto ended = co_await accounts.sign_out(std::move(principal), std::move(asker));
  if (!ended) co_return ended.error();
  co_return NoContent{};
}

}  // namespace

void add_auth_routes(RouteTable& table) {
  table.add(post("/auth/create", open, handle_create_user)
                .tag("auth")
                .id("create_user_auth_create_post")
                .summary("Register")
                .fails({409, 429})
                .rejected_as("register.rejected")
                .limit_body(credentials_limit));
  table.add(post("/auth/token", open, handle_sign_in)
                .tag("auth")
                .id("login_for_access_token_auth_token_post")
                .summary("Sign in: trade name and password for a token")
                .writes(detail::type_info<Token>())
                .fails({401, 429})
                .rejected_as("login.bad_request")
                .limit_body(credentials_limit));
  table.add(post("/auth/logout", user, handle_sign_out)
                .tag("auth")
                .id("logout_auth_logout_post")
                .summary("Sign out: this token is dead at once")
                .limit_body(credentials_limit));
}

}  // namespace inferkeep::routers
