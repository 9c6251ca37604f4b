// SPDX-License-Identifier: MIT
// Protocols, ciphers and curves are those of Mozilla's "intermediate" configuration, guidelines 5.7
// (https://ssl-config.mozilla.org/guidelines/5.7.json), less DHE, which needs parameters of one's own and is
// for clients that know no elliptic curves. No session is resumed, by ticket or by number: a ticket's key
// would undo forward secrecy for as long as the process lives, and connections are kept open anyway.
#include "http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <ctime>
#include <stdexcept>

namespace inferkeep::http {
namespace asio = boost::asio;
namespace {

constexpr const char* tls_1_2_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* tls_1_3_ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* curves = "X25519:P-256:P-384";
constexpr unsigned char alpn_http_1_1[] = "\x08http/1.1";
constexpr std::size_t record_size = 16 * 1024;

using Context = std::shared_ptr<SSL_CTX>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Error unfit(const std::string& sentence) {
  return {ErrorKind::invalid, "config", sentence};
}

/// The first of OpenSSL's complaints, which is the cause of the others; none is left behind.
std::string complaint() {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return reason ? reason : "unknown reason";
}

Bio reader_of(const std::string& pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
}

/// An encrypted key must not make the program ask at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

/// A client that names no protocol of ours speaks none that we could answer in (RFC 7301, 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, size, alpn_http_1_1, sizeof(alpn_http_1_1) - 1, offered, offered_size);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Context make_context() {
  const Context context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  SSL_CTX* c = context.get();
  if (!c || SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(c, tls_1_2_ciphers) != 1 || SSL_CTX_set_ciphersuites(c, tls_1_3_ciphers) != 1 ||
      SSL_CTX_set1_groups_list(c, curves) != 1)
    throw std::runtime_error("OpenSSL makes no context of TLS: " + complaint());
  // The end of a request is told by its own framing: a connection that ends without a word cuts nothing
  // unseen.
  SSL_CTX_set_options(
      c, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_num_tickets(c, 0);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(
      c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(c, 1);
  SSL_CTX_set_alpn_select_cb(c, &choose_protocol, nullptr);
  return context;
}

Time time_of(const ASN1_TIME* moment) {
  std::tm parts{};
  ASN1_TIME_to_tm(moment, &parts);
  return Time{std::chrono::seconds{timegm(&parts)}};
}

Result<void> check_span(const X509& certificate, Time now) {
  const Time begins = time_of(X509_get0_notBefore(&certificate));
  const Time ends = time_of(X509_get0_notAfter(&certificate));
  if (now >= ends) return unfit("the certificate has expired: it ended at " + to_iso8601(ends));
  if (now < begins) return unfit("the certificate is not valid yet: it begins at " + to_iso8601(begins));
  return {};
}

/// The certificates behind the first one, to the end of the text.
Result<void> add_chain(SSL_CTX* context, BIO* pem) {
  for (;;) {
    Certificate link(PEM_read_bio_X509(pem, nullptr, &no_passphrase, nullptr), &X509_free);
    if (!link) break;
    if (SSL_CTX_add0_chain_cert(context, link.get()) != 1)
      return unfit("the certificate's chain is refused: " + complaint());
    std::ignore = link.release();  // the context's own now
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = complaint();
  return at_end ? Result<void>() : unfit("the certificate's chain cannot be read: " + reason);
}

Result<Time> use_certificates(SSL_CTX* context, const std::string& certificates, Time now) {
  const Bio pem = reader_of(certificates);
  const Certificate own(PEM_read_bio_X509(pem.get(), nullptr, &no_passphrase, nullptr), &X509_free);
  if (!own) return unfit("the certificate's file holds no certificate in PEM: " + complaint());
  if (auto valid = check_span(*own, now); !valid) return valid.error();
  if (SSL_CTX_use_certificate(context, own.get()) != 1)
    return unfit("the certificate is refused: " + complaint());
  if (auto added = add_chain(context, pem.get()); !added) return added.error();
  return time_of(X509_get0_notAfter(own.get()));
}

Result<void> use_key(SSL_CTX* context, const Secret& key) {
  const Bio pem = reader_of(key.reveal());
  const PrivateKey own(PEM_read_bio_PrivateKey(pem.get(), nullptr, &no_passphrase, nullptr), &EVP_PKEY_free);
  if (!own) return unfit("the key's file holds no private key in PEM without a passphrase: " + complaint());
  if (SSL_CTX_use_PrivateKey(context, own.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return unfit("the key does not belong to the certificate: " + complaint());
  return {};
}

}  // namespace

Result<TlsIdentity> TlsIdentity::make(const std::string& certificates, const Secret& key, Time now) {
  ERR_clear_error();
  const Context context = make_context();
  const auto expires = use_certificates(context.get(), certificates, now);
  if (!expires) return expires.error();
  if (auto used = use_key(context.get(), key); !used) return used.error();
  return TlsIdentity{context, *expires};
}

std::optional<TlsIdentity> CurrentIdentity::get() const {
  const std::lock_guard lock(mutex_);
  return identity_;
}

void CurrentIdentity::set(TlsIdentity identity) {
  const std::lock_guard lock(mutex_);
  identity_ = std::move(identity);
}

TlsSession::TlsSession(const TlsIdentity& identity, Socket& socket)
    : ssl_(SSL_new(identity.context.get()), &SSL_free), socket_(socket) {
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket.native_handle()) != 1) throw std::bad_alloc();
  SSL_set_accept_state(ssl_.get());
}

TlsSession::~TlsSession() = default;

/// What the last call of OpenSSL came to.
boost::system::error_code TlsSession::result_of(int outcome) {
  const int cause = errno;
  switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_NONE:
      return {};
    case SSL_ERROR_WANT_READ:
      wants_ = Socket::wait_read;
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      wants_ = Socket::wait_write;
      return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    case SSL_ERROR_SYSCALL:
      return cause == 0 ? boost::system::error_code(asio::error::eof)
                        : boost::system::error_code(cause, boost::system::system_category());
    default:
      return asio::error::connection_aborted;
  }
}

/// result_of reads what a call has left behind, so nothing of an earlier one may be there.
template <class Call>
boost::system::error_code TlsSession::attempt(Call&& call) {
  if (!socket_.is_open()) return asio::error::bad_descriptor;
  ERR_clear_error();
  errno = 0;
  return result_of(call(ssl_.get()));
}

boost::system::error_code TlsSession::shake_hands() {
  const auto result = attempt(&SSL_do_handshake);
  if (result != asio::error::connection_aborted) return result;
  const bool is_http = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  fault_ = complaint();
  return is_http ? asio::error::no_protocol_option : result;
}

std::size_t TlsSession::read_some(asio::mutable_buffer space, boost::system::error_code& error) {
  std::size_t count = 0;
  error = attempt([&](SSL* ssl) { return SSL_read_ex(ssl, space.data(), space.size(), &count); });
  return error ? 0 : count;
}

std::size_t TlsSession::write_some(const Parts& parts, boost::system::error_code& error) {
  std::array<char, record_size> record;
  asio::const_buffer bytes = parts[0].size() > 0 ? parts[0] : parts[1];
  if (parts[0].size() > 0 && parts[1].size() > 0)
    bytes = asio::buffer(record, asio::buffer_copy(asio::buffer(record), parts));
  std::size_t count = 0;
  error = attempt([&](SSL* ssl) { return SSL_write_ex(ssl, bytes.data(), bytes.size(), &count); });
  return error ? 0 : count;
}

void TlsSession::close_notify() {
  if (!socket_.is_open()) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace inferkeep::http
