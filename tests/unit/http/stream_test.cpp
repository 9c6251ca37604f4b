// SPDX-License-Identifier: MIT
// Bodies that are made while they are sent.
#include <charconv>

#include "test_server.hpp"

namespace inferkeep::http {
namespace {

using boost::asio::awaitable;

/// What the test sees of the streams.
struct Sight {
  std::atomic<int> calls{0};
  std::atomic<int> made{0};
  std::atomic<int> alive{0};
};

/// One stream: so many pieces, "aaa", "bbb", … (of a MiB each for /large, each after 500 ms for /slow); then
/// the end, or what else the path asks for.
class Pieces {
 public:
  Pieces(Sight& sight, std::string path, int pieces) : sight_(sight), path_(std::move(path)), left_(pieces) {
    ++sight_.alive;
    ++sight_.made;
  }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;
  ~Pieces() { --sight_.alive; }

  awaitable<Result<std::string>> next() {
    ++sight_.calls;
    if (path_ == "/slow") {
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 500ms);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    if (left_-- > 0) co_return std::string(path_ == "/large" ? 1 << 20 : 3, letter_++);
    if (path_ == "/fails") co_return Error{ErrorKind::unavailable, "gone", "The rows are gone"};
    if (path_ == "/throws") throw std::runtime_error("a bug");
    co_return "";
  }

 private:
  Sight& sight_;
  std::string path_;
  int left_;
  char letter_ = 'a';
};

/// Every path answers with a stream; the query is its number of pieces.
class StreamHandler final : public Handler {
 public:
  std::size_t body_limit(Method, std::string_view) const override { return 0; }

  awaitable<Response> handle(Request& request) override {
    int pieces = 0;
    const auto& query = request.query;
    std::from_chars(query.data(), query.data() + query.size(), pieces);
    auto source = std::make_shared<Pieces>(sight, request.path, pieces);
    Response response;
    response.status = request.path == "/nothing" ? 204 : 200;
    response.stream = [source] { return source->next(); };
    co_return response;
  }

  Response refuse(unsigned status, std::string_view code, std::string_view, std::string_view) const override {
    return text(status, std::string(code));
  }

  Sight sight;
};

std::string get_1_0(const std::string& path) {
  return "GET " + path + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
}

class StreamTest : public testing::Test {
 protected:
  void start(const Limits& limits = {}) {
    server = std::make_unique<Server>(Server::Options{.limits = limits}, handler, Log::none());
    ASSERT_TRUE(server->start());
  }
  Client connect() const { return Client(server->port()); }
  Answer ask(std::string_view bytes) const { return connect().ask(bytes); }

  /// Whether `count` streams have begun, and all are freed, in time.
  bool all_freed(int count = 1) {
    const auto come_true = [&] { return handler.sight.made >= count && handler.sight.alive == 0; };
    for (int i = 0; i < 500 && !come_true(); ++i) std::this_thread::sleep_for(10ms);
    return come_true();
  }

  StreamHandler handler;
  std::unique_ptr<Server> server;
};

TEST_F(StreamTest, EachPieceIsAChunk) {
  start();
  auto client = connect();
  client.send(get("/?2", "Connection: close\r\n"));
  const auto bytes = client.read_all();
  EXPECT_TRUE(bytes.ends_with("\r\n\r\n3\r\naaa\r\n3\r\nbbb\r\n0\r\n\r\n")) << bytes;
  EXPECT_EQ(bytes.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(all_freed());
}

TEST_F(StreamTest, AStreamWithoutAPieceIsAnEmptyBody) {
  start();
  const auto answer = ask(get("/?0"));
  EXPECT_EQ(answer.status, 200u);
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(handler.sight.calls, 1) << "nothing is asked for behind the end";
}

TEST_F(StreamTest, TheConnectionGoesOnBehindAStream) {
  start();
  auto client = connect();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(get("/?2"));
    EXPECT_TRUE(answer.whole);
    EXPECT_EQ(answer.body, "aaabbb");
    EXPECT_FALSE(answer.closes());
  }
}

TEST_F(StreamTest, PipelinedRequestsAreAnsweredInOrder) {
  start();
  auto client = connect();
  client.send(get("/slow?1") + get("/?2") + "HEAD /?3 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/large?1") +
              get("/?3"));
  EXPECT_EQ(client.read().body, "aaa");
  EXPECT_EQ(client.read().body, "aaabbb");
  EXPECT_EQ(client.read(true).status, 200u);
  EXPECT_EQ(client.read().body, std::string(1 << 20, 'a'));
  EXPECT_EQ(client.read().body, "aaabbbccc");
}

TEST_F(StreamTest, HeadHasTheHeadAloneAndAsksForNoPiece) {
  start();
  auto client = connect();
  client.send("HEAD /fails?0 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/?1"));
  const auto answer = client.read(true);
  EXPECT_EQ(answer.status, 200u);
  EXPECT_TRUE(answer.has("Transfer-Encoding: chunked"));
  EXPECT_EQ(client.read().body, "aaa");
  EXPECT_EQ(handler.sight.calls, 2) << "of GET: the piece and the end";
}

TEST_F(StreamTest, AStatusWithoutBodyAsksForNoPiece) {
  start();
  EXPECT_EQ(ask(get("/nothing?3")).status, 204u);
  EXPECT_EQ(handler.sight.calls, 0);
}

TEST_F(StreamTest, Http10GetsThePiecesAloneUntilTheEnd) {
  start();
  auto client = connect();
  client.send(get_1_0("/?3") + get_1_0("/?1"));
  const auto bytes = client.read_all();
  EXPECT_TRUE(bytes.ends_with("\r\n\r\naaabbbccc")) << bytes;
  EXPECT_NE(bytes.find("\r\nConnection: close\r\n"), std::string::npos) << "though it asked to keep it";
  EXPECT_EQ(bytes.find("Transfer-Encoding"), std::string::npos);
  EXPECT_FALSE(client.was_reset());
}

TEST_F(StreamTest, AStreamThatFailsAtOnceIsAnsweredWith500) {
  start();
  auto client = connect();
  for (const char* path : {"/fails?0", "/throws?0"}) {
    const auto answer = client.ask(get(path));
    EXPECT_EQ(answer.status, 500u) << path;
    EXPECT_EQ(answer.body, "internal");
    EXPECT_FALSE(answer.closes());
  }
  EXPECT_EQ(client.ask(get("/?1")).body, "aaa") << "the connection goes on";
}

TEST_F(StreamTest, AStreamThatBreaksOffEndsInAReset) {
  start();
  for (const char* path : {"/fails?2", "/throws?2"}) {
    for (const auto& request : {get(path) + get("/?1"), get_1_0(path)}) {
      SCOPED_TRACE(request);
      auto client = connect();
      client.send(request);
      const auto bytes = client.read_all();
      EXPECT_TRUE(client.was_reset()) << "or the part looks like the whole";
      EXPECT_EQ(bytes.find("0\r\n\r\n"), std::string::npos);
      EXPECT_EQ(bytes.find("HTTP/1.1 200", 1), std::string::npos) << "nothing is answered behind it";
    }
  }
  EXPECT_TRUE(all_freed());
  EXPECT_EQ(ask(get("/?1")).body, "aaa");
}

TEST_F(StreamTest, PiecesWaitForASlowReader) {
  start();
  auto client = connect();
  client.send(get("/large?100"));
  std::this_thread::sleep_for(300ms);
  EXPECT_LT(handler.sight.calls, 30) << "no more than the sockets hold, and one";
  const auto answer = client.read();
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body.size(), std::size_t{100} << 20);
}

TEST_F(StreamTest, APieceThatTakesItsTimeIsNoTimeout) {
  start(Limits{.head_timeout = 300ms, .write_timeout = 300ms, .idle_timeout = 300ms});
  const auto answer = ask(get("/slow?3"));
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body, "aaabbbccc");
}

TEST_F(StreamTest, AReaderWhoStopsIsCut) {
  start(Limits{.write_timeout = 200ms});
  auto client = connect();
  client.send(get("/large?100"));
  EXPECT_TRUE(all_freed()) << "while the client still holds the connection";
  const auto answer = client.read();
  EXPECT_FALSE(answer.whole);
}

TEST_F(StreamTest, AClientThatGoesFreesTheStream) {
  start();
  int begun = 0;
  for (const char* path : {"/large?1000", "/slow?1000", "/slow?0"}) {
    auto client = connect();
    client.send(get(path));
    EXPECT_TRUE(eventually([&] { return handler.sight.made > begun; })) << path;
    client.reset();
    EXPECT_TRUE(all_freed(++begun)) << path;
  }
  EXPECT_EQ(ask(get("/?1")).body, "aaa");
}

TEST_F(StreamTest, DrainLetsAStreamEndAndTheConnectionWithIt) {
  start();
  auto client = connect();
  client.send(get("/slow?2"));
  std::this_thread::sleep_for(50ms);
  std::thread reader([&] {
    EXPECT_TRUE(client.read().whole);
    EXPECT_TRUE(client.sees_end());
    client.close();
  });
  EXPECT_TRUE(server->drain(5s));
  reader.join();
}

TEST_F(StreamTest, DrainDoesNotWaitForAReaderWhoDoesNotRead) {
  start();
  auto client = connect();
  client.send(get("/large?1000"));
  std::this_thread::sleep_for(100ms);
  EXPECT_FALSE(server->drain(100ms));
  EXPECT_TRUE(all_freed());
  server->stop();
}

TEST_F(StreamTest, StopEndsStreamsWhereverTheyAre) {
  start();
  auto unread = connect();
  unread.send(get("/large?1000"));
  auto slow = connect();
  slow.send(get("/slow?1000"));
  std::this_thread::sleep_for(100ms);
  server->stop();
  EXPECT_EQ(handler.sight.alive, 0);
  EXPECT_FALSE(slow.read().whole);
}

}  // namespace
}  // namespace inferkeep::http
