// SPDX-License-Identifier: MIT
// What a well-behaved client sees.
#include "test_server.hpp"

namespace inferkeep::http {
namespace {

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  start();
  auto client = connect();
  for (int i = 0; i < 5; ++i) {
    const auto answer = client.ask(get("/hello?x=1"));
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.body, "/hello");
    EXPECT_FALSE(answer.closes());
  }
  EXPECT_EQ(handler.last().query, "x=1");
  EXPECT_EQ(handler.last().peer, "127.0.0.1");
}

TEST_F(ServerTest, ReadsBodiesOfEverySize) {
  start();
  auto client = connect();
  for (const std::size_t size : {0, 1, 1000, 16384, 100'000, 1'048'576}) {
    std::string body(size, 'b');
    if (size > 2) body[size / 2] = 'c';
    EXPECT_EQ(client.ask(post("/echo", body)).body, body) << size;
  }
}

TEST_F(ServerTest, ReadsChunkedBodies) {
  start();
  auto client = connect();
  EXPECT_EQ(client.ask(chunked("/echo", "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nAuthorization: x\r\n\r\n")).body,
            "abcde");
  EXPECT_EQ(handler.last().count("authorization"), 0u) << "trailers are not headers";
  std::string wire, body;
  for (int i = 0; i < 300; ++i) {
    body += std::string(1000, static_cast<char>('a' + i % 26));
    wire += "3E8\r\n" + std::string(1000, static_cast<char>('a' + i % 26)) + "\r\n";
  }
  EXPECT_EQ(client.ask(chunked("/echo", wire + "0\r\n\r\n")).body, body);
}

TEST_F(ServerTest, ReadsAMillionOneByteChunks) {
  start();
  std::string wire;
  for (int i = 0; i < 1'000'000; ++i) wire += "1\r\na\r\n";
  const auto begin = Clock::now();
  EXPECT_EQ(ask(chunked("/size", wire + "0\r\n\r\n")).body, "1000000");
  EXPECT_LT(Clock::now() - begin, 30s);
}

TEST_F(ServerTest, ReadsRequestsThatComeInPieces) {
  start();
  auto client = connect();
  for (const char byte : post("/echo", "abc")) {
    client.send({&byte, 1});
    std::this_thread::sleep_for(100us);
  }
  EXPECT_EQ(client.read().body, "abc");
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrderAndClosesAfterTheLast) {
  start();
  auto client = connect();
  std::string requests;
  for (int i = 0; i < 1100; ++i) requests += get("/number?" + std::to_string(i));
  std::thread sender([&] { client.send(requests); });
  for (int i = 0; i < 1000; ++i) {
    const auto answer = client.read();
    ASSERT_EQ(answer.body, std::to_string(i));
    ASSERT_EQ(answer.closes(), i == 999);
  }
  EXPECT_TRUE(client.sees_end());
  sender.join();
  EXPECT_EQ(handler.handled, 1000);
}

TEST_F(ServerTest, PipelinedRequestsWithBodies) {
  start();
  auto client = connect();
  client.send(post("/echo", "one") + chunked("/echo", "3\r\ntwo\r\n0\r\n\r\n") + get("/three"));
  EXPECT_EQ(client.read().body, "one");
  EXPECT_EQ(client.read().body, "two");
  EXPECT_EQ(client.read().body, "/three");
}

TEST_F(ServerTest, AnswersHeadWithoutBody) {
  start();
  auto client = connect();
  client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next"));
  const auto answer = client.read(true);
  EXPECT_TRUE(answer.has("Content-Length: 6"));
  EXPECT_EQ(client.read().body, "/next") << "no body of HEAD before it";
}

TEST_F(ServerTest, DropsTheBodyOfGet) {
  start();
  auto client = connect();
  client.send("GET /size HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + get("/next"));
  EXPECT_EQ(client.read().body, "0");
  EXPECT_EQ(client.read().body, "/next");
}

TEST_F(ServerTest, SaysContinueOnlyWhereABodyIsWelcome) {
  start();
  auto client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.read().status, 100u);
  EXPECT_EQ(client.ask("abc").body, "abc");
  EXPECT_EQ(client.ask(post("/echo", "abc", "Expect: 100-continue\r\n")).body, "abc")
      << "it came along: no need";
  auto other = connect();
  EXPECT_EQ(
      other.ask("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n")
          .status,
      413u);
  EXPECT_TRUE(other.sees_end());
}

TEST_F(ServerTest, ClosesWhenAsked) {
  start();
  auto client = connect();
  EXPECT_TRUE(client.ask(get("/", "Connection: close\r\n")).closes());
  EXPECT_TRUE(client.sees_end());
}

TEST_F(ServerTest, SpeaksHttp10) {
  start();
  auto once = connect();
  EXPECT_TRUE(once.ask("GET / HTTP/1.0\r\n\r\n").closes());
  EXPECT_TRUE(once.sees_end());
  auto kept = connect();
  EXPECT_TRUE(kept.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").has("Connection: keep-alive"));
  EXPECT_EQ(kept.ask(get("/next")).body, "/next");
}

TEST_F(ServerTest, AnswersAClientThatHasFinishedSending) {
  start();
  auto client = connect();
  client.send(get("/slow"));
  client.finish_sending();
  EXPECT_EQ(client.read().status, 200u);
  EXPECT_TRUE(client.sees_end());
}

TEST_F(ServerTest, UsesPlainRequestIdsAndReplacesOthers) {
  start();
  auto client = connect();
  EXPECT_TRUE(client.ask(get("/", "X-Request-Id: my.id-1_A\r\n")).has("X-Request-Id: my.id-1_A"));
  EXPECT_EQ(handler.last().request_id, "my.id-1_A");
  for (const std::string odd : {"a b", "<script>", "", "\xc3\xa9"}) {
    client.ask(get("/", "X-Request-Id: " + odd + "\r\n"));
    EXPECT_EQ(handler.last().request_id.size(), 32u) << odd;
  }
  client.ask(get("/", "X-Request-Id: " + std::string(65, 'a') + "\r\n"));
  EXPECT_EQ(handler.last().request_id.size(), 32u);
}

TEST_F(ServerTest, SendsLargeAnswersToSlowReaders) {
  start();
  auto client = connect();
  client.send(get("/big"));
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(client.read().body.size(), TestHandler::big_size);
}

TEST_F(ServerTest, HandlersThatThrowAnswer500AndTheConnectionGoesOn) {
  start();
  auto client = connect();
  const auto answer = client.ask(get("/throw"));
  EXPECT_EQ(answer.status, 500u);
  EXPECT_EQ(answer.body, "internal");
  EXPECT_EQ(client.ask(get("/status101")).status, 500u) << "a status that ends nothing";
  EXPECT_EQ(client.ask(get("/next")).body, "/next");
}

TEST_F(ServerTest, ServesFromSeveralThreads) {
  start(Server::Options{.threads = 3});
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) good += ask(post("/echo", "abc")).body == "abc";
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 160);
}

TEST_F(ServerTest, ListensOnIpv6) {
  Server six({.host = "[::1]"}, handler, Log::none());
  if (!six.start()) GTEST_SKIP() << "no IPv6 here";
  EXPECT_EQ(Client(six.port(), "::1").ask(get("/six")).body, "/six");
  EXPECT_EQ(handler.last().peer, "::1");
}

TEST_F(ServerTest, NamesAnIpv4PeerThatCameOverIpv6ByItsIpv4Address) {
  Server both({.host = "::"}, handler, Log::none());
  if (!both.start()) GTEST_SKIP() << "no IPv6 here";
  EXPECT_EQ(Client(both.port()).ask(get("/")).status, 200u);
  EXPECT_EQ(handler.last().peer, "127.0.0.1");
}

TEST_F(ServerTest, BelievesATrustedProxyAnewForEachRequest) {
  start(Limits{.trusted_proxies = {*Network::parse("127.0.0.1")}});
  auto proxy = connect();
  proxy.ask(get("/", "X-Forwarded-For: 192.0.2.1\r\n"));
  EXPECT_EQ(handler.last().peer, "192.0.2.1");
  proxy.ask(get("/", "X-Forwarded-For: 2001:db8:1:2::3\r\n"));
  EXPECT_EQ(handler.last().peer, "2001:db8:1:2::3");
  EXPECT_EQ(handler.last().subscriber, "2001:db8:1:2::");
  proxy.ask(get("/"));
  EXPECT_EQ(handler.last().peer, "127.0.0.1");
}

TEST_F(ServerTest, BelievesNobodyElse) {
  start(Limits{.trusted_proxies = {*Network::parse("10.0.0.0/8")}});
  ask(get("/", "X-Forwarded-For: 192.0.2.1\r\n"));
  EXPECT_EQ(handler.last().peer, "127.0.0.1");
  EXPECT_EQ(handler.last().subscriber, "127.0.0.1");
}

TEST_F(ServerTest, SaysWhenTheAddressCannotBeHad) {
  start(Server::Options{.threads = 2});
  for (const std::size_t threads : {1, 2}) {
    Server second({.port = server->port(), .threads = threads}, handler, Log::none());
    const auto result = second.start();
    ASSERT_FALSE(result) << "SO_REUSEPORT must not let a second program in";
    EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
  }
  EXPECT_FALSE(Server({.host = "203.0.113.1"}, handler, Log::none()).start());
  EXPECT_TRUE(alive());
}

// ---- the end ---------------------------------------------------------------------------------

TEST_F(ServerTest, DrainLetsRequestsFinishAndClosesIdleConnections) {
  start(Server::Options{.threads = 2});
  auto idle = connect();
  idle.ask(get("/"));
  auto silent = connect();
  auto busy = connect();
  busy.send(get("/slow"));
  auto half = connect();
  half.send("GET /half HTTP/1.1\r\n");
  std::this_thread::sleep_for(100ms);
  std::thread finisher([&] {
    std::this_thread::sleep_for(100ms);
    half.send("Host: a\r\n\r\n");
    const auto answer = half.read();
    EXPECT_EQ(answer.body, "/half");
    EXPECT_TRUE(answer.closes());
    half.close();
  });
  std::thread reader([&] {
    EXPECT_TRUE(busy.read().closes());
    busy.close();
  });
  EXPECT_TRUE(server->drain(3s));
  finisher.join();
  reader.join();
  EXPECT_TRUE(idle.sees_end());
  EXPECT_TRUE(silent.sees_end());
  EXPECT_EQ(ask(get("/")).status, 0u) << "nobody listens";
}

TEST_F(ServerTest, DrainServesWhatHasArrivedAlready) {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(server->port()));
    clients.back()->send(get("/here"));
  }
  std::thread drain([&] { server->drain(3s); });
  for (auto& client : clients) {
    EXPECT_EQ(client->read().body, "/here");
    client->close();
  }
  drain.join();
}

TEST_F(ServerTest, DrainCutsWhatDoesNotEndInTime) {
  start();
  auto client = connect();
  client.send(get("/slow"));
  ASSERT_TRUE(eventually([&] { return handler.handled == 1; }));
  EXPECT_FALSE(server->drain(50ms));
  EXPECT_TRUE(client.sees_end());
}

TEST_F(ServerTest, StopEndsAtOnceAndMayBeRepeated) {
  start();
  auto client = connect();
  client.ask(get("/"));
  auto busy = connect();
  busy.send(get("/slow"));
  std::this_thread::sleep_for(50ms);
  server->stop();
  server->stop();
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(busy.sees_end());
  server->drain(10ms);
}

TEST_F(ServerTest, NeverStartedOrTwoInOneProgram) {
  Server never({}, handler, Log::none());
  never.drain(10ms);
  start();
  Server second({}, handler, Log::none());
  ASSERT_TRUE(second.start());
  EXPECT_NE(second.port(), server->port());
  EXPECT_EQ(Client(second.port()).ask(get("/")).status, 200u);
  EXPECT_TRUE(alive());
}

}  // namespace
}  // namespace inferkeep::http
