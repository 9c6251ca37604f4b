// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functional>
#include <tuple>
#include <type_traits>

#include "routers/access_rule.hpp"
#include "routers/answer.hpp"
#include "routers/extract.hpp"

namespace inferkeep::routers {

inline constexpr std::size_t usual_body_limit = 1024 * 1024;

/// One entry of the table: where, who may pass, what answers, what is said of it. Made by get, post, put and
/// delete_ below; immutable once the table serves.
struct Route {
  http::Method method;
  std::string path;  ///< "/admin/users/{user_id}": a parameter is one whole segment
  AccessRule access;
  std::function<boost::asio::awaitable<http::Response>(Exchange&)> run;
  std::function<void(Operation&, Documentation&)> document;
  Operation about = {};
  std::size_t body_limit = usual_body_limit;
  bool listed = true;          ///< in /openapi.json
  std::string rejection = {};  ///< the event that is logged where the content of a request is refused

  Route tag(std::string text) && { return about.tag = std::move(text), std::move(*this); }
  Route id(std::string text) && { return about.id = std::move(text), std::move(*this); }
  Route summary(std::string text) && { return about.summary = std::move(text), std::move(*this); }
  /// Statuses of failure that the handler's types do not tell.
  Route fails(std::set<unsigned> statuses) && { return about.failures.merge(statuses), std::move(*this); }
  Route limit_body(std::size_t bytes) && { return body_limit = bytes, std::move(*this); }
  Route rejected_as(std::string event) && { return rejection = std::move(event), std::move(*this); }
  Route unlisted() && { return listed = false, std::move(*this); }
  /// The types of a body that the handler reads, and of an answer that it writes, itself.
  Route reads(const detail::TypeInfo& type) &&;
  Route writes(const detail::TypeInfo& type) &&;
  Route writes_as(std::function<boost::json::object(Documentation&)> schema) &&;
  Route writes_text() &&;
  /// The type of the body that goes with a status of failure, where it is not the usual error.
  Route writes_on(unsigned status, const detail::TypeInfo& type) &&;
};

namespace injection {

template <class T>
struct Unwrapped {
  using type = T;
};
template <class T>
struct Unwrapped<Result<T>> {
  using type = T;
};
template <class T>
struct Unwrapped<boost::asio::awaitable<T>> : Unwrapped<T> {};

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;
template <class T>
inline constexpr bool is_awaitable = false;
template <class T>
inline constexpr bool is_awaitable<boost::asio::awaitable<T>> = true;

/// A reference to const is filled by value, unless From is written for that very reference.
template <class P>
using Source = std::conditional_t<std::is_same_v<P, const Principal&> || std::is_same_v<P, const Admin&>,
                                  std::remove_cvref_t<P>, P>;

/// Gathers the parameters in order. Violations of several are reported together (path before body); any other
/// error ends it at once, so an absent person is told before a bad body.
class Faults {
 public:
  template <class T>
  std::optional<T> take(Result<T> result) {
    if (result) return std::move(*result);
    add(result.error());
    return std::nullopt;
  }
  bool ended() const { return ended_; }
  std::optional<Error> error() && { return std::move(error_); }

 private:
  void add(const Error& error);
  std::optional<Error> error_;
  bool ended_ = false;
};

/// What somebody hears who has as many reports under way as one person may have.
Error too_many_reports();

template <class P>
auto take(Exchange& exchange, Faults& faults) {
  using Held = typename std::remove_cvref_t<decltype(From<Source<P>>::get(exchange))>::value_type;
  return faults.ended() ? std::optional<Held>{} : faults.template take<Held>(From<Source<P>>::get(exchange));
}

template <class T>
http::Response to_answer(T&& value, const Exchange& exchange) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (is_result<Plain>) {
    if (!value) {
      if (!value.error().log.empty())
        exchange.parts.log.warning("request.failed", {{"request_id", exchange.request.request_id},
                                                      {"code", value.error().code},
                                                      {"reason", value.error().log}});
      return to_response(value.error(), exchange.request.request_id);
    }
    return Answer<typename Unwrapped<Plain>::type>::write(std::move(*value), exchange);
  } else {
    return Answer<Plain>::write(std::forward<T>(value), exchange);
  }
}

template <class R, class... P>
class Call {
 public:
  static constexpr Pool pool = std::max({Pool::none, From<Source<P>>::pool...});
  static constexpr bool blocks = pool != Pool::none;
  static_assert(!(blocks && is_awaitable<R>), "a coroutine runs on an I/O thread: it must not take a store");
  static_assert(!blocks || is_result<R>,
                "a handler that takes a store returns a Result: the pool may be busy");

  template <class Handler>
  static boost::asio::awaitable<http::Response> run(const Handler& handler, Exchange& exchange) {
    Faults faults;
    // Braces evaluate in order.
    auto held = std::tuple{take<P>(exchange, faults)...};
    if (auto error = std::move(faults).error()) co_return to_response(*error, exchange.request.request_id);
    auto invoke = [&] { return std::apply([&](auto&... p) { return handler(pass<P>(*p)...); }, held); };
    if constexpr (is_awaitable<R>)
      co_return to_answer(co_await invoke(), exchange);
    else if constexpr (pool == Pool::quality || pool == Pool::reports) {
      const auto share = exchange.parts.reports.take(exchange.principal.value().id(), 1);
      if (!share) co_return to_response(too_many_reports(), exchange.request.request_id);
      co_return to_answer(co_await exchange.parts.pool(pool).run(invoke), exchange);
    } else if constexpr (blocks)
      co_return to_answer(co_await exchange.parts.pool(pool).run(invoke), exchange);
    else
      co_return to_answer(invoke(), exchange);
  }

  static void document(Operation& operation, Documentation& docs) {
    (From<Source<P>>::document(operation, docs), ...);
    if (blocks || is_awaitable<R>) operation.failures.insert(503);
    if (pool == Pool::quality || pool == Pool::reports) operation.failures.insert(429);
    Answer<typename Unwrapped<R>::type>::document(operation, docs);
  }

  template <class Access>
  static constexpr void check() {
    static_assert(
        Access::identifies || !(From<Source<P>>::identifies || ...),
        "this handler needs to know who asks: give its route the access level user, grant or admin");
    static_assert(Access::is_admin || !(From<Source<P>>::is_admin || ...),
                  "this handler takes an Admin: give its route the access level admin");
  }

 private:
  template <class P1, class Held>
  static decltype(auto) pass(Held& held) {
    if constexpr (std::is_lvalue_reference_v<P1>)
      return static_cast<P1>(held);
    else
      return static_cast<P1&&>(held);
  }
};

template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class R, class... P>
struct Signature<R (*)(P...)> {
  using type = Call<R, P...>;
};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) const> {
  using type = Call<R, P...>;
};

}  // namespace injection

/// `handler` is a function or a callable object; see extract.hpp for what it may take, answer.hpp for what it
/// may return. One that takes a store runs on that store's pool (dependencies.hpp); a coroutine and all
/// others run on the I/O thread and must not block.
template <class Access, class Handler>
Route route(http::Method method, std::string path, const Access& access, Handler handler) {
  using Call = typename injection::Signature<Handler>::type;
  Call::template check<Access>();
  return {.method = method,
          .path = std::move(path),
          .access = access.rule(),
          .run = [handler](Exchange& exchange) { return Call::run(handler, exchange); },
          .document = [](Operation& operation, Documentation& docs) { Call::document(operation, docs); }};
}

template <class Access, class Handler>
Route get(std::string path, const Access& access, Handler handler) {
  return route(http::Method::get, std::move(path), access, handler);
}
template <class Access, class Handler>
Route post(std::string path, const Access& access, Handler handler) {
  return route(http::Method::post, std::move(path), access, handler);
}
template <class Access, class Handler>
Route put(std::string path, const Access& access, Handler handler) {
  return route(http::Method::put, std::move(path), access, handler);
}
template <class Access, class Handler>
Route delete_(std::string path, const Access& access, Handler handler) {
  return route(http::Method::delete_, std::move(path), access, handler);
}

}  // namespace inferkeep::routers
