// SPDX-License-Identifier: MIT
// A certificate made for one test, and a client that speaks TLS and blocks.
#pragma once

#include <openssl/ssl.h>

#include "http/tls.hpp"
#include "test_server.hpp"

namespace inferkeep::http {

/// Signed by itself, for an hour from `begins` on.
struct TestCertificate {
  std::string certificate, key;

  explicit TestCertificate(Time begins) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), &X509_free);
    const auto second = std::chrono::system_clock::to_time_t(begins);
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    ASN1_TIME_set(X509_getm_notBefore(made.get()), second);
    ASN1_TIME_set(X509_getm_notAfter(made.get()), second + 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("a"), -1, -1, 0);
    X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
    X509_set_pubkey(made.get(), pair.get());
    X509_sign(made.get(), pair.get(), EVP_sha256());
    certificate = written([&](BIO* out) { PEM_write_bio_X509(out, made.get()); });
    key = written(
        [&](BIO* out) { PEM_write_bio_PrivateKey(out, pair.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }

  Result<TlsIdentity> identity(Time now) const { return TlsIdentity::make(certificate, Secret(key), now); }

 private:
  template <class Write>
  static std::string written(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    write(out.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }
};

/// Trusts everybody. Reading gives up after five seconds.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port) {
    const boost::asio::ip::tcp::endpoint server(boost::asio::ip::make_address("127.0.0.1"), port);
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    std::ignore = ::connect(fd_, server.data(), static_cast<socklen_t>(server.size()));
    SSL_set_fd(ssl_.get(), fd_);
    connected = SSL_connect(ssl_.get()) == 1;
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient() {
    ssl_.reset();
    ::close(fd_);
  }

  bool send(std::string_view bytes) {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  /// What one read brings; empty at the end.
  std::string receive() {
    std::string bytes(65536, '\0');
    const int count = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    ended_well = SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN;
    return bytes.substr(0, count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  std::string receive_all() {
    std::string all;
    for (std::string more = receive(); !more.empty(); more = receive()) all += more;
    return all;
  }
  std::string ask(std::string_view request) { return send(request) ? receive() : ""; }
  std::string certificate_digest() const {
    const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl_.get()),
                                                            &X509_free);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(shown.get(), EVP_sha256(), digest.data(), &size);
    return {digest.begin(), digest.begin() + size};
  }

  bool connected = false;
  bool ended_well = false;  ///< the server has said that nothing more comes

 private:
  int fd_ = -1;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{SSL_new(context_.get()), &SSL_free};
};

}  // namespace inferkeep::http
