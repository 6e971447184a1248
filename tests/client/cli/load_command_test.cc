// clip_client load as a user meets it, against a fake server; short runs.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/client/cli/command_fixture.h"

namespace clip::client {
namespace {

using ::clip::testing::ReadWholeFile;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LoadCommandTest : public CommandFixture {
 protected:
  // A short run against the fake.
  int Run(std::vector<std::string> arguments) {
    std::vector<std::string> all = {"load",       "--server", server_.address(),
                                    "--duration", "200ms",    "--warm-up",
                                    "0"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return RunAsIs(std::move(all));
  }

  nlohmann::json Report() const {
    return nlohmann::json::parse(ReadWholeFile(PathOf("a.json")));
  }
};

TEST_F(LoadCommandTest, SendsThePlannedCallsAndReportsAllOfThem) {
  Run({"--rate", "100", "--mix", "text=1", "--items", "2", "--json",
       PathOf("a.json"), "--csv", PathOf("a.csv"), "--html", PathOf("a.html")});
  const nlohmann::json report = Report();
  EXPECT_EQ(report["partial"], false);
  EXPECT_EQ(report["config"]["--rate"], "100");
  EXPECT_EQ(report["config"]["--poisson"], "");
  EXPECT_EQ(report["runs"][0]["calls"], 20);
  EXPECT_EQ(report["runs"][0]["outcomes"]["ok"], 20);
  EXPECT_THAT(server_.batches(), AllOf(SizeIs(20), Each(SizeIs(2))));
  EXPECT_THAT(ReadWholeFile(PathOf("a.csv")), HasSubstr("100 calls/s"));
  EXPECT_THAT(ReadWholeFile(PathOf("a.html")), HasSubstr("<svg"));
  EXPECT_THAT(out_.str(), HasSubstr("20 due, 20 ok"));
}

TEST_F(LoadCommandTest, CountsRejectionsAndDoesNotRetry) {
  // The first call is the one that connects.
  server_.Script({{}, {FullStatus(1)}, {FullStatus(1)}});
  Run({"--concurrency", "1", "--mix", "text=1", "--json", PathOf("a.json")});
  const nlohmann::json run = Report()["runs"][0];
  EXPECT_EQ(run["outcomes"]["rejected"], 2);
  EXPECT_EQ(run["calls"].get<size_t>() + 1, server_.methods().size());
  EXPECT_THAT(run["examples"]["rejected"].get<std::string>(),
              HasSubstr("RESOURCE_EXHAUSTED"));
}

TEST_F(LoadCommandTest, SendsTheFilesThatAreNamed) {
  std::ofstream(PathOf("a.jpg")) << "the picture";
  std::ofstream(PathOf("texts")) << "the text\n";
  Run({"--rate", "50", "--pictures", folder_.path(), "--texts-from",
       PathOf("texts"), "--mix", "image=1,text=1"});
  for (const auto& items : server_.batches()) {
    EXPECT_THAT(items[0], ::testing::AnyOf("the picture", "the text"));
  }
  EXPECT_THAT(server_.batches(), SizeIs(10));
}

TEST_F(LoadCommandTest, MistakesExitWithTwoAndSendNothing) {
  const std::vector<std::vector<std::string>> mistakes = {
      {},
      {"--rate", "10", "--concurrency", "1"},
      {"--rate", "0"},
      {"--rate", "ten"},
      {"--rate", "1e9"},
      {"--rate", "10,10"},
      {"--rate", "10,"},
      {"--concurrency", "0"},
      {"--concurrency", "4", "--poisson"},
      {"--concurrency", "4", "--ramp-to", "7"},
      {"--steps", "10"},
      {"--steps", "10:-1s"},
      {"--trace", "/no/such/file"},
      {"--find-rate", "1:10"},
      {"--find-rate", "10:1", "--objective", "p99<1s"},
      {"--rate", "10", "--objective", "fast"},
      {"--rate", "10", "--mix", "image=0"},
      {"--rate", "10", "--mix", "video=1"},
      {"--rate", "10", "--items", "0"},
      {"--rate", "10", "--duplicates", "2"},
      {"--rate", "10", "--check-answers"},
      {"--rate", "10", "--picture-size", "10"},
      {"--rate", "10", "--pictures", "/no/such/folder"},
      {"--rate", "10", "--texts-from", "/no/such/file"},
      {"--rate", "10", "--json", "/no/such/folder/a.json"},
      {"--rate", "10", "--max-attempts", "0"},
      {"--rate", "10", "--hedging-delay", "0s"},
      {"--rate", "10", "--duration", "0s"},
      {"--rate", "10", "--warm-up", "-1s"},
  };
  for (const auto& mistake : mistakes) {
    EXPECT_EQ(Run(mistake), 2) << ::testing::PrintToString(mistake);
    EXPECT_THAT(err_.str(), ::testing::Not(IsEmpty()));
  }
  EXPECT_THAT(server_.methods(), IsEmpty());
}

TEST_F(LoadCommandTest, NobodyThereExitsWithThree) {
  EXPECT_EQ(RunAsIs({"load", "--server", "localhost:1", "--rate", "10"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("no answer from localhost:1"));
}

TEST_F(LoadCommandTest, ComparesTwoReports) {
  const std::string report = R"({"partial": false, "valid": true, "runs": [
      {"label": "100 calls/s", "calls": 100, "good_per_s": 100,
       "outcomes": {"ok": 100, "refused_as_asked": 0},
       "latency_ms": {"p50": 10, "p99": LATENCY, "intervals":
           {"p50": [10, 10], "p99": [LATENCY, LATENCY]}}}]})";
  const auto with = [&report](const std::string& latency) {
    std::string text = report;
    for (size_t at; (at = text.find("LATENCY")) != std::string::npos;) {
      text.replace(at, 7, latency);
    }
    return text;
  };
  std::ofstream(PathOf("a.json")) << with("20");
  std::ofstream(PathOf("b.json")) << with("30");
  EXPECT_EQ(RunAsIs({"load", "compare", PathOf("a.json"), PathOf("b.json")}),
            1);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("WORSE"), HasSubstr("+50.0 %")));
  EXPECT_EQ(RunAsIs({"load", "compare", PathOf("b.json"), PathOf("a.json")}),
            0);
  EXPECT_EQ(RunAsIs({"load", "compare", PathOf("a.json"), PathOf("b.json"),
                     "--tolerance", "0.6"}),
            0);
  EXPECT_EQ(RunAsIs({"load", "compare", PathOf("a.json"), "/no/such/file"}), 2);
}

}  // namespace
}  // namespace clip::client
