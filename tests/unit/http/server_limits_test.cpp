// SPDX-License-Identifier: MIT
// Every ceiling and deadline, tripped; and clients that break off.
#include <sys/resource.h>

#include "test_server.hpp"

namespace inferkeep::http {
namespace {

/// The answer must have that status and word, say that it closes, and close within a second.
void expect_refused(Client& client, unsigned status, const std::string& code) {
  const auto answer = client.read();
  EXPECT_EQ(answer.status, status);
  EXPECT_EQ(answer.body, code);
  EXPECT_TRUE(answer.closes());
  const auto begin = Clock::now();
  EXPECT_TRUE(client.sees_end()) << "nothing behind it is answered";
  EXPECT_LT(Clock::now() - begin, 1s);
}

TEST_F(ServerTest, RefusedRequestsEndTheConnection) {
  start();
  const std::string hidden = get("/hidden");
  const std::vector<std::tuple<std::string, unsigned, std::string>> rows{
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
       "bad_framing"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "unsupported_coding"},
      {"GET / HTTP/1.1\r\n\r\n", 400, "bad_framing"},
      {"GET / HTTP/1.1\nHost: a\n\n", 400, "bad_framing"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported_version"},
      {"CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n", 405, "method_not_allowed"},
      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417, "expectation_failed"},
      {"GET /" + std::string(9000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414, "uri_too_long"},
      {get("/", "X: " + std::string(9000, 'x') + "\r\n"), 431, "head_too_large"},
      {chunked("/", "5\r\nhelloX\r\n0\r\n\r\n"), 400, "bad_framing"},
      {chunked("/small", "FFFF\r\n"), 413, "too_large"},
      {chunked("/", "1;" + std::string(100'000, 'x') + "\r\na\r\n0\r\n\r\n"), 413, "too_large"},
      {"POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413, "too_large"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2147483648\r\n\r\n", 413, "too_large"},
      {"POST / HTTP/1.1\r\nHost: a\r\n\r\nbytes without a length\r\n\r\n", 400, "bad_framing"},
      {"\x16\x03\x01\x02", 400, "bad_framing"},
  };
  for (const auto& [bytes, status, code] : rows) {
    SCOPED_TRACE(bytes.substr(0, 60));
    auto client = connect();
    client.send(bytes + hidden);
    if (bytes.ends_with("length\r\n\r\n")) {
      EXPECT_EQ(client.read().status, 200u);
    }
    expect_refused(client, status, code);
  }
  EXPECT_EQ(handler.handled, 1) << "the POST without a length alone";
  EXPECT_TRUE(alive());
}

TEST_F(ServerTest, RefusalsReachAClientThatSendsOn) {
  start();
  auto client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n");
  client.send(std::string(9'000'000, 'x'));
  expect_refused(client, 413, "too_large");
}

TEST_F(ServerTest, RefusalAfterHeadHasItsBody) {
  start();
  auto client = connect();
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read(true).status, 200u);
  client.send("GET\r\n");
  expect_refused(client, 400, "bad_framing");
}

TEST_F(ServerTest, RefusalsCarryWhatTheirStatusAsksFor) {
  start();
  EXPECT_TRUE(ask("CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n")
                  .has("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
}

TEST_F(ServerTest, BodiesUpToTheLimitPass) {
  start();
  EXPECT_EQ(ask(post("/small", std::string(TestHandler::small_limit, 'x'))).status, 200u);
  EXPECT_EQ(ask(chunked("/small", "3E8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n")).status, 200u);
}

// ---- deadlines -------------------------------------------------------------------------------

/// How long until the server ends the connection.
std::chrono::milliseconds time_to_end(Client& client) {
  const auto begin = Clock::now();
  EXPECT_TRUE(client.sees_end());
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
}

TEST_F(ServerTest, SlowHeads) {
  start(Limits{.head_timeout = 300ms});
  auto client = connect();
  const auto begin = Clock::now();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
  while (!client.has_heard() && Clock::now() - begin < 5s) {
    client.send("y");
    std::this_thread::sleep_for(15ms);
  }
  EXPECT_LT(Clock::now() - begin, 5s) << "each byte does not begin the time again";
  expect_refused(client, 408, "timeout");
}

TEST_F(ServerTest, SilentConnections) {
  start(Limits{.head_timeout = 200ms});
  auto client = connect();
  EXPECT_LT(time_to_end(client), 5s) << "closed without a word";
}

TEST_F(ServerTest, IdleConnections) {
  start(Limits{.head_timeout = 60s, .idle_timeout = 900ms});
  auto client = connect();
  client.ask(get("/"));
  std::this_thread::sleep_for(150ms);
  EXPECT_EQ(client.ask(get("/again")).status, 200u);
  const auto time = time_to_end(client);
  EXPECT_GE(time, 500ms);
  EXPECT_LT(time, 10s);
}

TEST_F(ServerTest, SecondHeadHasItsOwnTime) {
  start(Limits{.head_timeout = 300ms, .idle_timeout = 60s});
  auto client = connect();
  client.ask(get("/"));
  client.send("GET / HT");
  expect_refused(client, 408, "timeout");
}

TEST_F(ServerTest, SlowBodies) {
  start(Limits{.body_rate = 0, .body_timeout = 400ms});
  auto client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    client.send("x");
    std::this_thread::sleep_for(25ms);
  }
  expect_refused(client, 408, "timeout");
}

TEST_F(ServerTest, BodiesBelowTheRate) {
  start(Limits{.body_rate = 100'000, .body_timeout = 6s});  // a second to begin
  auto client = connect();
  const auto begin = Clock::now();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx");
  expect_refused(client, 408, "timeout");
  EXPECT_LT(Clock::now() - begin, 5s) << "long before the whole time is over";
}

TEST_F(ServerTest, ChunkLinesWithoutCrlfRunOutOfTime) {
  start(Limits{.body_timeout = 300ms});
  auto client = connect();
  client.send(chunked("/", "5\nhello\n0\n\n"));
  expect_refused(client, 408, "timeout");
}

TEST_F(ServerTest, ClientsThatDoNotRead) {
  start(Limits{.write_timeout = 300ms});
  auto client = connect();
  client.send(get("/big"));
  std::this_thread::sleep_for(1500ms);
  EXPECT_LT(client.read_all().size(), TestHandler::big_size) << "cut: the rest never comes";
  EXPECT_TRUE(alive());
}

TEST_F(ServerTest, SlowHandlersAreNoTimeout) {
  start(Limits{.head_timeout = 500ms, .body_timeout = 500ms, .write_timeout = 500ms, .idle_timeout = 500ms});
  EXPECT_EQ(ask(post("/slow", "x")).status, 200u);
}

// ---- ceilings --------------------------------------------------------------------------------

TEST_F(ServerTest, RequestsOfAConnection) {
  start(Limits{.requests_per_connection = 2});
  auto client = connect();
  EXPECT_FALSE(client.ask(get("/")).closes());
  EXPECT_TRUE(client.ask(get("/")).closes());
  EXPECT_TRUE(client.sees_end());
}

TEST_F(ServerTest, ConnectionsOfAPeerAndInAll) {
  for (const auto& limits : {Limits{.connections_per_peer = 3}, Limits{.connections = 3}}) {
    start(limits);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(std::make_unique<Client>(server->port()));
      EXPECT_EQ(clients.back()->ask(get("/")).status, 200u);
    }
    auto fourth = connect();
    const auto answer = fourth.read();
    EXPECT_EQ(answer.status, 503u);
    EXPECT_TRUE(answer.has("Retry-After: 1"));
    EXPECT_TRUE(fourth.sees_end());
    EXPECT_EQ(clients[0]->ask(get("/")).status, 200u) << "the others are served";
    clients.clear();
    EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
    EXPECT_TRUE(alive()) << "places come free";
  }
}

TEST_F(ServerTest, ConnectionsOfATrustedProxyAreNotThoseOfOnePerson) {
  start(Limits{.connections_per_peer = 1, .trusted_proxies = {*Network::parse("127.0.0.0/8")}});
  auto first = connect(), second = connect();
  EXPECT_EQ(first.ask(get("/")).status, 200u);
  EXPECT_EQ(second.ask(get("/")).status, 200u);
}

TEST_F(ServerTest, BytesOfAllBodies) {
  start(Limits{.bodies_in_flight = 300'000, .trusted_proxies = {*Network::parse("127.0.0.0/8")}});
  auto holder = connect();
  holder.send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 250000\r\n\r\n" + std::string(240'000, 'x'));
  EXPECT_TRUE(eventually([&] { return server->body_bytes() >= 240'000; }));
  auto other = connect();
  other.send(post("/size", std::string(100'000, 'x')));
  const auto answer = other.read();
  EXPECT_EQ(answer.status, 503u);
  EXPECT_EQ(answer.body, "busy");
  EXPECT_TRUE(answer.has("Retry-After: 1"));
  EXPECT_EQ(ask(post("/size", "small")).status, 200u);
  EXPECT_EQ(holder.ask(std::string(10'000, 'x')).body, "250000");
  EXPECT_EQ(ask(post("/size", std::string(100'000, 'x'))).body, "100000") << "given back";
}

TEST_F(ServerTest, BytesOfTheBodiesOfOnePeer) {
  start(Limits{.bodies_in_flight = 1'000'000, .trusted_proxies = {*Network::parse("127.0.0.0/8")}});
  const auto from = [](const std::string& address) { return "X-Forwarded-For: " + address + "\r\n"; };
  auto holder = connect();
  holder.send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n" + from("2001:db8::1") + "\r\n" +
              std::string(190'000, 'x'));
  EXPECT_TRUE(eventually([&] { return server->body_bytes() >= 190'000; }));
  const std::string body(100'000, 'x');
  const auto answer = ask(post("/size", body, from("2001:db8::2")));
  EXPECT_EQ(answer.status, 503u) << "the same network (/64)";
  EXPECT_EQ(answer.body, "busy");
  EXPECT_TRUE(answer.has("Retry-After: 1"));
  EXPECT_EQ(ask(post("/size", body, from("2001:db8:0:1::1"))).body, "100000") << "others are served";
  EXPECT_EQ(holder.ask(std::string(10'000, 'x')).body, "200000");
  EXPECT_EQ(ask(post("/size", body, from("2001:db8::2"))).body, "100000") << "given back";
}

TEST_F(ServerTest, AnnouncedLengthsReserveNothing) {
  start(Limits{.bodies_in_flight = 1'200'000});
  std::vector<std::unique_ptr<Client>> liars;
  for (int i = 0; i < 10; ++i) {
    liars.push_back(std::make_unique<Client>(server->port()));
    liars.back()->send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  }
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(ask(post("/size", std::string(100'000, 'x'))).body, "100000");
}

/// Takes file descriptors until none is left, and gives them back at the end.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit low{200, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken_.push_back(fd);
  }
  ~NoDescriptors() {
    give_back(taken_.size());
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  void give_back(std::size_t count) {
    for (; count > 0 && !taken_.empty(); --count) {
      ::close(taken_.back());
      taken_.pop_back();
    }
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

TEST_F(ServerTest, AcceptingGoesOnWhenDescriptorsAreBack) {
  start();
  // accept(2) takes a descriptor before it finds that nobody waits, and gives it back: a server that has just
  // begun would leave one free behind those that are taken here. One that has answered is at rest, and this
  // connection stays, so that none comes free by its end.
  auto early = connect();
  ASSERT_EQ(early.ask(get("/early")).body, "/early");
  NoDescriptors none;
  none.give_back(1);  // for the client; the server finds none left
  auto client = connect();
  client.send(get("/late"));
  const auto cpu_before = std::clock();
  std::this_thread::sleep_for(600ms);
  const auto cpu = static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC;
  EXPECT_LT(cpu, 0.12) << "waits, and does not spin";
  EXPECT_EQ(handler.handled, 1) << "the early one alone";
  none.give_back(10);
  const auto begin = Clock::now();
  EXPECT_EQ(client.read().body, "/late");
  EXPECT_LT(Clock::now() - begin, 5s);
}

// ---- clients that break off ------------------------------------------------------------------

TEST_F(ServerTest, ResetsAnywhereHarmNobody) {
  start();
  const std::vector<std::string> beginnings{
      "",
      "GET / HT",
      get("/slow"),
      get("/big"),
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nxxx",
      chunked("/echo", "FF\r\nxxx"),
      get("/slow") + get("/big") + get("/slow"),
  };
  for (const auto& bytes : beginnings) {
    for (const auto pause : {0ms, 30ms}) {
      auto client = connect();
      client.send(bytes);
      std::this_thread::sleep_for(pause);
      client.reset();
    }
  }
  EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
  EXPECT_TRUE(alive());
  EXPECT_TRUE(server->drain(5s)) << "every connection has gone";
}

TEST_F(ServerTest, RequestsThatEndTooEarly) {
  start();
  for (const std::string& bytes :
       {std::string("GET / HT"), std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nxx"),
        chunked("/", "5\r\nhel")}) {
    auto client = connect();
    client.send(bytes);
    client.finish_sending();
    expect_refused(client, 400, "bad_framing");
  }
  auto polite = connect();
  polite.finish_sending();
  EXPECT_TRUE(polite.sees_end()) << "who sends nothing is answered nothing";
  EXPECT_EQ(handler.handled, 0);
}

}  // namespace
}  // namespace inferkeep::http
