// clip_client load as a user meets it, against a fake server; short runs.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "client/load/report_png.h"
#include "tests/client/cli/command_fixture.h"
#include "tests/client/fake_statuses.h"
#include "tests/client/null_clip_server.h"

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
  Run({"--rate", "100", "--mix", "text=1", "--json", PathOf("a.json")});
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

TEST_F(LoadCommandTest, StreamsItemsBesideUnaryCalls) {
  const auto server = NullClipServer::Create({});
  ASSERT_TRUE(server.ok());
  RunAsIs({"load", "--server", (*server)->address(), "--rate", "200",
           "--duration", "500ms", "--warm-up", "0", "--mix",
           "text=1,stream-image=1,stream-text=1", "--picture-size", "8x8",
           "--json", PathOf("a.json")});
  const nlohmann::json run = Report()["runs"][0];
  EXPECT_EQ(run["outcomes"]["ok"], 100);
  for (const char* kind : {"text", "stream-image", "stream-text"}) {
    EXPECT_GT(run["by_kind"][kind]["calls"], 0) << kind;
  }
}

TEST_F(LoadCommandTest, CallersThatGoAwayAreCountedApart) {
  NullServerOptions never;
  never.stall = absl::Hours(1);
  const auto server = NullClipServer::Create(never);
  ASSERT_TRUE(server.ok());
  EXPECT_EQ(RunAsIs({"load", "--server", (*server)->address(), "--rate", "100",
                     "--duration", "200ms", "--warm-up", "0", "--mix",
                     "text=1,stream-text=1", "--cancel", "1:20ms", "--json",
                     PathOf("a.json")}),
            1);
  const nlohmann::json run = Report()["runs"][0];
  EXPECT_EQ(run["outcomes"]["cancelled_as_asked"], 20);
  EXPECT_EQ(run["late"], 0);
}

TEST_F(LoadCommandTest, SomeCallsHaveDeadlinesOfTheirOwn) {
  NullServerOptions never;
  never.stall = absl::Hours(1);
  const auto server = NullClipServer::Create(never);
  ASSERT_TRUE(server.ok());
  RunAsIs({"load", "--server", (*server)->address(), "--rate", "100",
           "--duration", "200ms", "--warm-up", "0", "--mix",
           "text=1,stream-text=1", "--deadlines", "1:20ms", "--json",
           PathOf("a.json")});
  EXPECT_EQ(Report()["runs"][0]["outcomes"]["timed_out"], 20);
}

TEST_F(LoadCommandTest, ComparesAnswersWithThoseOfAnotherCommand) {
  std::ofstream(PathOf("texts")) << "a text\nb text\n";
  ASSERT_EQ(
      RunAsIs({"encode-text", "--server", server_.address(), "--texts-from",
               PathOf("texts"), "--output", "npy", PathOf("golden.npy")}),
      0);
  const std::vector<std::string> flags = {
      "--rate",       "100",           "--mix",    "text=1",
      "--texts-from", PathOf("texts"), "--golden", PathOf("golden.npy"),
      "--json",       PathOf("a.json")};
  Run(flags);
  EXPECT_EQ(Report()["runs"][0]["outcomes"]["ok"], 20);
  EXPECT_EQ(Report()["runs"][0]["checked_items"], 20);
  // "c text" has another embedding than "b text", whose place it takes.
  std::string names = ReadWholeFile(PathOf("golden.npy.json"));
  names.replace(names.find("b text"), 1, "c");
  std::ofstream(PathOf("golden.npy.json")) << names;
  std::ofstream(PathOf("texts")) << "a text\nc text\n";
  EXPECT_EQ(Run(flags), 1);
  const nlohmann::json run = Report()["runs"][0];
  EXPECT_GT(run["outcomes"]["wrong_answer"], 0);
  EXPECT_GT(run["outcomes"]["ok"], 0);
  EXPECT_THAT(run["examples"]["wrong_answer"].get<std::string>(),
              HasSubstr("cosine of 0 with the known answer"));
}

TEST_F(LoadCommandTest, AFullDiskFailsAndTheOtherFilesAreWritten) {
  std::filesystem::create_symlink("/dev/full", PathOf("a.json.partial"));
  EXPECT_EQ(Run({"--rate", "100", "--mix", "text=1", "--json", PathOf("a.json"),
                 "--csv", PathOf("a.csv")}),
            4);
  EXPECT_THAT(err_.str(),
              AllOf(HasSubstr("No space left"), HasSubstr("a.json.partial")));
  EXPECT_FALSE(std::filesystem::exists(PathOf("a.json")));
  EXPECT_THAT(ReadWholeFile(PathOf("a.csv")), HasSubstr("100 calls/s"));
}

TEST_F(LoadCommandTest, DrawsThePlotsAsAPicture) {
  const int code =
      Run({"--rate", "100", "--mix", "text=1", "--png", PathOf("a.png")});
  if (!load::CanDrawPng()) {
    EXPECT_EQ(code, 2);
    EXPECT_THAT(err_.str(), HasSubstr("no cairo"));
    return;
  }
  EXPECT_THAT(ReadWholeFile(PathOf("a.png")),
              ::testing::StartsWith("\x89PNG\r\n"));
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
      {"--rate", "10", "--cancel", "0.5"},
      {"--rate", "10", "--deadlines", "0.5:1s,0.6:2s"},
      {"--rate", "10", "--golden", "/no/such/file"},
      {"--rate", "10", "--min-cosine", "2"},
      {"--rate", "10", "--png", "/no/such/folder/a.png"},
      {"--rate", "10", "--picture-size", "10"},
      {"--rate", "10", "--picture-format", "gif"},
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
