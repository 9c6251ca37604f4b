// SPDX-License-Identifier: MIT
#include "http/tls.hpp"

#include <gmock/gmock.h>

#include <csignal>

#include "test_certificate.hpp"

namespace inferkeep::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const Time now = std::chrono::floor<std::chrono::seconds>(system_now());

TEST(TlsIdentity, KnowsTheEndOfItsCertificate) {
  const auto identity = TestCertificate(now).identity(now);
  ASSERT_TRUE(identity) << identity.error().detail;
  EXPECT_EQ(identity->expires, now + 1h);
}

TEST(TlsIdentity, IsGoodFromItsBeginningUntilBeforeItsEnd) {
  const TestCertificate certificate(now);
  EXPECT_THAT(certificate.identity(now - 1s).error().detail, HasSubstr("is not valid yet"));
  EXPECT_TRUE(certificate.identity(now + 59min));
  EXPECT_THAT(certificate.identity(now + 1h).error().detail, HasSubstr("has expired"));
}

TEST(TlsIdentity, NeedsTheCertificatesOwnKey) {
  const TestCertificate one(now), other(now);
  const auto refused = TlsIdentity::make(one.certificate, Secret(other.key), now);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_THAT(refused.error().detail, StartsWith("the key does not belong to the certificate"));
}

TEST(TlsIdentity, TakesNoTextForPem) {
  const TestCertificate good(now);
  for (const char* text : {"", "text", "-----BEGIN CERTIFICATE-----\n"}) {
    EXPECT_FALSE(TlsIdentity::make(text, Secret(good.key), now)) << text;
    EXPECT_FALSE(TlsIdentity::make(good.certificate, Secret(text), now)) << text;
  }
}

TEST(TlsIdentity, ReadsItsChainToTheEnd) {
  const TestCertificate own(now), above(now);
  EXPECT_TRUE(TlsIdentity::make(own.certificate + above.certificate, Secret(own.key), now));
  const std::string cut = above.certificate.substr(0, above.certificate.size() / 2);
  EXPECT_FALSE(TlsIdentity::make(own.certificate + cut, Secret(own.key), now));
}

/// OpenSSL writes to its socket without MSG_NOSIGNAL, so a program that speaks TLS ignores the signal.
class TlsServerTest : public ServerTest {
 protected:
  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }
  void start_tls(const Limits& limits = {}) {
    start(Server::Options{.threads = 2, .limits = limits, .tls = *TestCertificate(now).identity(now)});
  }
};

TEST_F(TlsServerTest, AnswersAsWithoutIt) {
  start_tls();
  TlsClient client(server->port());
  ASSERT_TRUE(client.connected);
  const std::string answer = client.ask(get("/number?7"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nStrict-Transport-Security: max-age="));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n7"));
  EXPECT_THAT(client.ask(get("/number?8")), EndsWith("8")) << "the connection stays";
}

TEST_F(TlsServerTest, TellsTheEndOfTheCertificateInUse) {
  start_tls();
  EXPECT_EQ(server->certificate_end(), now + 1h);
  server->renew(*TestCertificate(now + 1min).identity(now + 1min));
  EXPECT_EQ(server->certificate_end(), now + 1h + 1min);
}

TEST_F(ServerTest, HasNoCertificateWithoutTls) {
  start();
  EXPECT_EQ(server->certificate_end(), std::nullopt);
}

TEST_F(TlsServerTest, TakesBodiesOfManyRecords) {
  start_tls();
  TlsClient client(server->port());
  const std::string body(1'000'000, 'b');
  ASSERT_TRUE(client.send(post("/echo", body, "Connection: close\r\n")));
  EXPECT_THAT(client.receive_all(), EndsWith("\r\n\r\n" + body));
  EXPECT_TRUE(client.ended_well);
}

TEST_F(TlsServerTest, SendsAnswersThatWaitForTheirReader) {
  start_tls();
  TlsClient client(server->port());
  ASSERT_TRUE(client.send(get("/big", "Connection: close\r\n")));
  const std::string answer = client.receive_all();
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, TestHandler::big_size);
  EXPECT_TRUE(client.ended_well);
}

TEST_F(TlsServerTest, CutsAReaderWhoDoesNotRead) {
  start_tls(Limits{.write_timeout = 100ms});
  TlsClient client(server->port());
  ASSERT_TRUE(client.send(get("/big", "Connection: close\r\n")));
  while (server->open_connections() > 0) std::this_thread::sleep_for(5ms);
  client.receive_all();
  EXPECT_FALSE(client.ended_well) << "a cut is no end";
}

TEST_F(TlsServerTest, CutsAHandshakeThatTakesTooLong) {
  start_tls(Limits{.handshake_timeout = 50ms});
  Client silent(server->port());
  EXPECT_TRUE(silent.sees_end());
}

TEST_F(TlsServerTest, TellsPlainHttpWhereItIs) {
  start_tls();
  EXPECT_EQ(ask(get("/") + get("/hidden")).status, 400u);
  EXPECT_EQ(handler.handled, 0);
}

TEST_F(TlsServerTest, SurvivesPeersThatGoDuringTheHandshake) {
  start_tls();
  for (const char* start : {"", "\x16\x03\x01", "\x16\x03\x01\x02\x00\x01\x00"}) {
    Client gone(server->port());
    gone.send(start);
    gone.reset();
    Client finished(server->port());
    finished.send(start);
    finished.finish_sending();
    EXPECT_TRUE(finished.sees_end());
  }
  EXPECT_THAT(TlsClient(server->port()).ask(get("/alive")), StartsWith("HTTP/1.1 200"));
}

TEST_F(TlsServerTest, NewConnectionsTakeANewCertificateAndOldOnesLiveOn) {
  start_tls();
  TlsClient before(server->port());
  server->renew(*TestCertificate(now).identity(now));
  TlsClient after(server->port());
  EXPECT_NE(before.certificate_digest(), after.certificate_digest());
  EXPECT_THAT(before.ask(get("/old")), EndsWith("/old"));
  EXPECT_THAT(after.ask(get("/new")), EndsWith("/new"));
}

TEST_F(TlsServerTest, AStopEndsIdleConnectionsAndHandshakesAndLetsAnswersOut) {
  start_tls();
  TlsClient idle(server->port()), slow(server->port());
  Client silent(server->port());
  ASSERT_THAT(idle.ask(get("/here")), EndsWith("/here"));
  ASSERT_TRUE(slow.send(get("/slow")));
  while (handler.handled < 2) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(server->drain(60s));
  EXPECT_THAT(slow.receive_all(), EndsWith("/slow"));
  EXPECT_EQ(idle.receive_all(), "");
  EXPECT_TRUE(idle.ended_well);
  EXPECT_TRUE(silent.sees_end());
}

TEST_F(TlsServerTest, AnAnswerOfAConnectionThatWasCutGoesNowhere) {
  start_tls();
  TlsClient client(server->port());
  ASSERT_TRUE(client.send(get("/slow")));
  while (handler.handled < 1) std::this_thread::sleep_for(1ms);
  server->stop();
  EXPECT_EQ(client.receive_all(), "");
}

}  // namespace
}  // namespace inferkeep::http
