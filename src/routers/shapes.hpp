// SPDX-License-Identifier: MIT
// What the routes of accounts and calls read and write, each described once (docs/contract.md, "Shapes").
#pragma once

#include "access/email.hpp"
#include "access/person_name.hpp"
#include "domain/words.hpp"
#include "inferkeep/describe.hpp"

namespace inferkeep::routers {

struct CreateUser {
  std::string username, first_name, last_name, password;
  std::optional<std::string> country;
};

struct CreateAdmin {
  std::string username, first_name, last_name, password;
  std::optional<std::string> country;
  Role role = Role::admin;
  bool is_active = true;
  ServiceFlags access;
};

struct ReadUser {
  std::string username, first_name, last_name;
  Role role = Role::user;
  std::optional<std::string> country;
  std::int64_t id = 0;
  bool is_active = false;
  ServiceFlags access;
};

struct ChangeUserAccessRights {
  bool is_active = false;
  ServiceFlags access;
};

struct UserVerification {
  std::string password, new_password;
};

/// The form of OAuth 2's password grant (RFC 6749 §4.3.2).
struct SignInForm {
  std::optional<std::string> grant_type;
  std::string username, password;
  std::optional<std::string> scope, client_id, client_secret;
};

struct Token {
  std::string access_token;
  std::string token_type = "bearer";
  std::int64_t expires_in = 0;
};

struct ServiceCallRead {
  std::int64_t id = 0;
  std::string service_version;
  bool success = false;
  std::int64_t owner_id = 0;
  std::string request_time, completion_time;
  double duration = 0;
  Outcome outcome = Outcome::success;
  std::int64_t items = 1;
  std::string request_id;
};

struct OwnCallsQuery {
  std::int64_t limit = 100;
  std::optional<std::int64_t> before;
  std::optional<std::string> service;
};

struct AllCallsQuery {
  std::int64_t limit = 100;
  std::optional<std::int64_t> before;
  std::optional<std::string> service;
  std::optional<std::int64_t> user;
  std::optional<Outcome> outcome;
  std::optional<std::string> since, until;
};

struct QualityQuery {
  std::optional<std::string> since, until;
  std::optional<std::int64_t> user;
  bool drift = true;
};

struct UsersQuery {
  std::int64_t limit = 1000;
  std::int64_t after = 0;
};

/// What became of many truths.
struct TruthsTold {
  std::int64_t recorded = 0, unchanged = 0;
};

struct Status {
  std::string status;
};

/// Sentences for Field::check.
std::optional<std::string> grant_type_fault(const std::string& text);
std::optional<std::string> time_fault(const std::string& text);

}  // namespace inferkeep::routers

namespace inferkeep {

template <>
constexpr auto enumerators<Role> =
    std::array{std::pair{to_string(Role::user), Role::user}, std::pair{to_string(Role::admin), Role::admin}};

template <>
constexpr auto enumerators<Outcome> =
    std::array{std::pair{to_string(Outcome::success), Outcome::success},
               std::pair{to_string(Outcome::invalid_input), Outcome::invalid_input},
               std::pair{to_string(Outcome::model_error), Outcome::model_error},
               std::pair{to_string(Outcome::timeout), Outcome::timeout},
               std::pair{to_string(Outcome::cancelled), Outcome::cancelled}};

namespace routers::described {

/// The fields that several shapes share, for whichever of them owns the member.
template <class T>
constexpr auto username = field("username", &T::username)
                              .check(&access::email_fault)
                              .format("email")
                              .example("ada@example.com")
                              .doc("An e-mail address, at most 127 characters; case does not matter");
template <class T>
constexpr auto first_name = field("first_name", &T::first_name)
                                .min_length(1)
                                .max_length(127)
                                .check(&access::person_name_fault)
                                .example("Ada");
template <class T>
constexpr auto last_name = field("last_name", &T::last_name)
                               .min_length(1)
                               .max_length(127)
                               .check(&access::person_name_fault)
                               .example("Lovelace");
template <class T>
constexpr auto country = field("country", &T::country).max_length(127).check(&access::person_name_fault);
template <class T>
constexpr auto password = field("password", &T::password).secret().checked_as("password");

}  // namespace routers::described

template <>
constexpr auto fields<routers::CreateUser> = describe(routers::described::username<routers::CreateUser>,
                                                      routers::described::first_name<routers::CreateUser>,
                                                      routers::described::last_name<routers::CreateUser>,
                                                      routers::described::password<routers::CreateUser>,
                                                      routers::described::country<routers::CreateUser>);

template <>
constexpr auto fields<routers::CreateAdmin> = describe(
    routers::described::username<routers::CreateAdmin>, routers::described::first_name<routers::CreateAdmin>,
    routers::described::last_name<routers::CreateAdmin>, routers::described::password<routers::CreateAdmin>,
    routers::described::country<routers::CreateAdmin>,
    field("role", &routers::CreateAdmin::role).default_value(Role::admin),
    field("is_active", &routers::CreateAdmin::is_active).default_value(true),
    field("has_access_", &routers::CreateAdmin::access).default_value(true));

template <>
constexpr auto fields<routers::ReadUser> = describe(
    field("username", &routers::ReadUser::username), field("first_name", &routers::ReadUser::first_name),
    field("last_name", &routers::ReadUser::last_name), field("role", &routers::ReadUser::role),
    field("country", &routers::ReadUser::country), field("id", &routers::ReadUser::id),
    field("is_active", &routers::ReadUser::is_active), field("has_access_", &routers::ReadUser::access));

template <>
constexpr auto fields<routers::ChangeUserAccessRights> =
    describe(field("is_active", &routers::ChangeUserAccessRights::is_active),
             field("has_access_", &routers::ChangeUserAccessRights::access).required_for("v1", "v2"));

template <>
constexpr auto fields<routers::UserVerification> =
    describe(field("password", &routers::UserVerification::password).secret().max_length(1024),
             field("new_password", &routers::UserVerification::new_password).secret().checked_as("password"));

template <>
constexpr auto fields<routers::SignInForm> =
    describe(field("grant_type", &routers::SignInForm::grant_type).check(&routers::grant_type_fault),
             field("username", &routers::SignInForm::username).max_length(1024),
             field("password", &routers::SignInForm::password).secret(),
             field("scope", &routers::SignInForm::scope), field("client_id", &routers::SignInForm::client_id),
             field("client_secret", &routers::SignInForm::client_secret).secret())
        .named("Body_login_for_access_token_auth_token_post");

template <>
constexpr auto fields<routers::Token> = describe(
    field("access_token", &routers::Token::access_token), field("token_type", &routers::Token::token_type),
    field("expires_in", &routers::Token::expires_in).doc("Seconds"));

template <>
constexpr auto fields<routers::ServiceCallRead> = describe(
    field("id", &routers::ServiceCallRead::id),
    field("service_version", &routers::ServiceCallRead::service_version),
    field("success", &routers::ServiceCallRead::success),
    field("owner_id", &routers::ServiceCallRead::owner_id),
    field("request_time", &routers::ServiceCallRead::request_time).format("date-time"),
    field("completion_time", &routers::ServiceCallRead::completion_time).format("date-time"),
    field("duration", &routers::ServiceCallRead::duration).doc("Seconds"),
    field("outcome", &routers::ServiceCallRead::outcome), field("items", &routers::ServiceCallRead::items),
    field("request_id", &routers::ServiceCallRead::request_id));

template <>
constexpr auto fields<routers::OwnCallsQuery> =
    describe(field("limit", &routers::OwnCallsQuery::limit).range(1, 1000).default_value(100),
             field("before", &routers::OwnCallsQuery::before).at_least(1).doc("Only calls with a smaller id"),
             field("service", &routers::OwnCallsQuery::service).max_length(31).pattern("^[a-z][a-z0-9_]*$"));

template <>
constexpr auto fields<routers::AllCallsQuery> =
    describe(field("limit", &routers::AllCallsQuery::limit).range(1, 1000).default_value(100),
             field("before", &routers::AllCallsQuery::before).at_least(1).doc("Only calls with a smaller id"),
             field("service", &routers::AllCallsQuery::service).max_length(31).pattern("^[a-z][a-z0-9_]*$"),
             field("user", &routers::AllCallsQuery::user).at_least(1).doc("The id of the caller"),
             field("outcome", &routers::AllCallsQuery::outcome),
             field("since", &routers::AllCallsQuery::since).format("date-time").check(&routers::time_fault),
             field("until", &routers::AllCallsQuery::until).format("date-time").check(&routers::time_fault));

template <>
constexpr auto fields<routers::QualityQuery> = describe(
    field("since", &routers::QualityQuery::since).format("date-time").check(&routers::time_fault),
    field("until", &routers::QualityQuery::until).format("date-time").check(&routers::time_fault),
    field("user", &routers::QualityQuery::user)
        .at_least(1)
        .doc("One person's calls alone. Admins alone may ask of others, or of everybody, which is what they "
             "ask without it; all others ask of their own calls"),
    field("drift", &routers::QualityQuery::drift)
        .default_value(true)
        .doc("false leaves the drift of the inputs out, which is several times as fast"));

template <>
constexpr auto fields<routers::UsersQuery> =
    describe(field("limit", &routers::UsersQuery::limit).range(1, 1000).default_value(1000),
             field("after", &routers::UsersQuery::after).at_least(0).default_value(0).doc("Only larger ids"));

template <>
constexpr auto fields<routers::TruthsTold> =
    describe(field("recorded", &routers::TruthsTold::recorded).doc("Truths that are new, or corrected"),
             field("unchanged", &routers::TruthsTold::unchanged)
                 .doc("Truths that had been told before, with the same value"));

template <>
constexpr auto fields<routers::Status> = describe(field("status", &routers::Status::status));

}  // namespace inferkeep
