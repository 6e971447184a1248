#ifndef CLIENT_LOAD_CHART_SVG_H_
#define CLIENT_LOAD_CHART_SVG_H_

#include <string>

#include "client/load/chart.h"

namespace clip::client::load {

// A chart with HasPoints as an <svg> element that is as wide as its place on
// the page. Colours are variables of the page's style: ChartStyle.
std::string ChartSvg(const Chart& chart);

// The rules of a <style> element for the charts: colours for a light and for a
// dark page, whichever the reader prefers.
std::string ChartStyle();

// Text for HTML and SVG: nothing in it is markup.
std::string EscapedText(const std::string& text);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_CHART_SVG_H_
