#include "client/load/chart.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "client/load/chart_drawing.h"
#include "client/load/chart_svg.h"

namespace clip::client::load {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

// Remembers what is drawn.
class RecordingCanvas final : public ChartCanvas {
 public:
  void Line(ChartPoint, ChartPoint, ChartColour) override {}
  void Polyline(const std::vector<ChartPoint>& points,
                ChartColour colour) override {
    if (colour == ChartColour::kBlue) lines.push_back(points);
  }
  void Area(const std::vector<ChartPoint>& corners, ChartColour) override {
    areas.push_back(corners);
  }
  void Dot(ChartPoint centre, ChartColour) override { dots.push_back(centre); }
  void Text(const TextPlace&, const std::string& text) override {
    texts.push_back(text);
  }

  std::vector<std::vector<ChartPoint>> lines;
  std::vector<std::vector<ChartPoint>> areas;
  std::vector<ChartPoint> dots;
  std::vector<std::string> texts;
};

constexpr ChartBox kBox{0, 0, 600, 280};

Chart NewChart(std::vector<ChartPoint> points) {
  Chart chart;
  chart.title = "latency";
  chart.x_max = 10;
  chart.series.push_back({"", ChartColour::kBlue, std::move(points)});
  return chart;
}

RecordingCanvas Drawn(const Chart& chart) {
  RecordingCanvas canvas;
  DrawChart(chart, kBox, canvas);
  return canvas;
}

std::vector<std::string> NamesOf(const std::vector<ChartTick>& ticks) {
  std::vector<std::string> names;
  for (const ChartTick& tick : ticks) names.push_back(tick.name);
  return names;
}

TEST(RoundTicksTest, AreRoundAndAboutAsManyAsAskedFor) {
  EXPECT_THAT(NamesOf(RoundTicks(0, 10, 5)),
              ElementsAre("0", "2", "4", "6", "8", "10"));
  EXPECT_THAT(NamesOf(RoundTicks(0, 0.7, 5)),
              ElementsAre("0", "0.2", "0.4", "0.6"));
  EXPECT_THAT(NamesOf(RoundTicks(95, 105, 2)), ElementsAre("95", "100", "105"));
  EXPECT_THAT(RoundTicks(1, 1, 5), IsEmpty());
}

TEST(ChartTest, APointThatIsUnknownIsNone) {
  EXPECT_FALSE(HasPoints(Chart()));
  EXPECT_FALSE(HasPoints(NewChart({{1, kGap}})));
  EXPECT_TRUE(HasPoints(NewChart({{1, kGap}, {2, 0}})));
}

TEST(ChartDrawingTest, HigherValuesAreHigherAndAllAreInside) {
  const RecordingCanvas canvas = Drawn(NewChart({{0, 1}, {5, 9}, {10, 0}}));
  ASSERT_THAT(canvas.lines, SizeIs(1));
  const std::vector<ChartPoint>& line = canvas.lines[0];
  ASSERT_THAT(line, SizeIs(3));
  EXPECT_LT(line[0].x, line[1].x);
  EXPECT_LT(line[1].y, line[0].y);
  EXPECT_GT(line[2].y, line[0].y);
  for (const ChartPoint& point : line) {
    EXPECT_GE(point.x, 0);
    EXPECT_LE(point.x, kBox.width);
    EXPECT_GE(point.y, 0);
    EXPECT_LE(point.y, kBox.height);
  }
  EXPECT_THAT(canvas.texts, AllOf(Contains("latency"), Contains("10")));
}

TEST(ChartDrawingTest, ALineHasAGapWhereNothingIsKnown) {
  const RecordingCanvas canvas = Drawn(
      NewChart({{0, 1}, {1, 2}, {2, kGap}, {3, 1}, {4, kGap}, {5, 3}, {6, 3}}));
  EXPECT_THAT(canvas.lines, ElementsAre(SizeIs(2), SizeIs(2)));
  // Alone between two gaps.
  EXPECT_THAT(canvas.dots, SizeIs(1));
}

TEST(ChartDrawingTest, AWideSpanIsLogarithmicWhereItMayBe) {
  Chart chart = NewChart({{0, 1}, {5, 10}, {10, 1000}});
  const auto share_of_middle = [](const RecordingCanvas& canvas) {
    const std::vector<ChartPoint>& line = canvas.lines[0];
    return (line[0].y - line[1].y) / (line[0].y - line[2].y);
  };
  EXPECT_LT(share_of_middle(Drawn(chart)), 0.02);
  chart.may_be_logarithmic = true;
  EXPECT_NEAR(share_of_middle(Drawn(chart)), 1.0 / 3, 1e-6);
  EXPECT_THAT(Drawn(chart).texts, AllOf(Contains("1"), Contains("100"),
                                        Contains("500"), Not(Contains("0"))));
}

TEST(ChartDrawingTest, ANarrowSpanIsStraight) {
  Chart chart = NewChart({{0, 8}, {10, 10}});
  chart.may_be_logarithmic = true;
  EXPECT_THAT(Drawn(chart).texts, Contains("0"));
}

TEST(ChartDrawingTest, ABandGoesAroundItsLine) {
  Chart chart = NewChart({{0, 5}, {10, 5}});
  chart.series[0].bands = {{4, 6}, {4, 6}};
  const RecordingCanvas canvas = Drawn(chart);
  ASSERT_THAT(canvas.areas, ElementsAre(SizeIs(4)));
  EXPECT_LT(canvas.areas[0][0].y, canvas.lines[0][0].y);
  EXPECT_GT(canvas.areas[0][2].y, canvas.lines[0][0].y);
}

TEST(ChartDrawingTest, NothingButZerosCanBeDrawn) {
  EXPECT_THAT(Drawn(NewChart({{0, 0}, {10, 0}})).lines, SizeIs(1));
}

TEST(ChartSvgTest, IsOneElementWithoutMarkupFromOutside) {
  Chart chart = NewChart({{0, 1}, {10, 2}});
  chart.title = "<script> & \"more\"";
  const std::string svg = ChartSvg(chart);
  EXPECT_THAT(svg, AllOf(HasSubstr("<svg viewBox"), HasSubstr("<polyline"),
                         HasSubstr("&lt;script&gt; &amp; &quot;more&quot;"),
                         HasSubstr("var(--blue)"), Not(HasSubstr("<script"))));
}

TEST(ChartSvgTest, TheStyleHasColoursForADarkPage) {
  EXPECT_THAT(ChartStyle(), AllOf(HasSubstr("prefers-color-scheme:dark"),
                                  HasSubstr("--blue:")));
}

}  // namespace
}  // namespace clip::client::load
