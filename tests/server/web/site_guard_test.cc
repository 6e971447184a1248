#include "server/web/site_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace clip::server {
namespace {

int StatusOf(const SiteGuard& guard, const HttpRequest& head) {
  const std::optional<HttpResponse> refusal = guard.Refuse(head);
  return refusal.has_value() ? refusal->status : 200;
}

HttpRequest Get(const std::string& host) {
  HttpRequest head;
  head.method = "GET";
  head.host = host;
  return head;
}

HttpRequest Post(const std::string& host, std::optional<std::string> origin) {
  HttpRequest head = Get(host);
  head.method = "POST";
  head.content_type = "application/json";
  head.origin = std::move(origin);
  return head;
}

TEST(SiteGuardTest, TakesAddressesLocalhostAndTheNamesGiven) {
  const SiteGuard guard({"Try.Example", "other.example"});
  for (const char* host :
       {"127.0.0.1", "127.0.0.1:8080", "10.1.2.3:1", "[::1]:8080",
        "[2001:db8::1]", "localhost", "LocalHost:8080", "try.example",
        "TRY.example:443", "other.example:80"}) {
    EXPECT_EQ(StatusOf(guard, Get(host)), 200) << host;
  }
}

// A name that its owner lets point at this machine is what a browser shows
// when a page of that owner reads ours.
TEST(SiteGuardTest, RefusesEveryOtherName) {
  const SiteGuard guard({"try.example"});
  for (const std::string host :
       {"", "evil.example", "evil.example:8080", "try.example.evil",
        "localhost.", "127.0.0.1.evil.example", "[::1", "[evil.example]", "[",
        ":8080", "0x7f000001", "127.1"}) {
    EXPECT_EQ(StatusOf(guard, Get(host)), host == "[::1" ? 200 : 421) << host;
  }
  EXPECT_EQ(StatusOf(guard, Get(std::string(100000, 'a'))), 421);
}

TEST(SiteGuardTest, TakesAPostOfItsOwnPageAndOfNoBrowser) {
  const SiteGuard guard({"try.example"});
  EXPECT_EQ(StatusOf(guard, Post("127.0.0.1:80", "http://127.0.0.1:80")), 200);
  EXPECT_EQ(StatusOf(guard, Post("try.example", "https://try.example")), 200);
  EXPECT_EQ(StatusOf(guard, Post("[::1]:8", "http://[::1]:8")), 200);
  EXPECT_EQ(StatusOf(guard, Post("localhost", std::nullopt)), 200);
}

TEST(SiteGuardTest, RefusesAPostOfAnotherSite) {
  const SiteGuard guard({});
  for (const char* origin :
       {"http://evil.example", "http://127.0.0.1:81", "http://127.0.0.1",
        "null", "", "http://", "127.0.0.1:80", "file://"}) {
    EXPECT_EQ(StatusOf(guard, Post("127.0.0.1:80", origin)), 403) << origin;
  }
}

// The types that a form of another site can send without asking first.
TEST(SiteGuardTest, RefusesAPostThatIsNotJson) {
  const SiteGuard guard({});
  for (const char* type :
       {"", "text/plain", "multipart/form-data; boundary=a",
        "application/x-www-form-urlencoded", "text/plain; application/json",
        "application/jsonp"}) {
    HttpRequest head = Post("localhost", std::nullopt);
    head.content_type = type;
    EXPECT_EQ(StatusOf(guard, head), 415) << type;
  }
  for (const char* type :
       {"application/json", "Application/JSON ; charset=utf-8"}) {
    HttpRequest head = Post("localhost", std::nullopt);
    head.content_type = type;
    EXPECT_EQ(StatusOf(guard, head), 200) << type;
  }
}

}  // namespace
}  // namespace clip::server
