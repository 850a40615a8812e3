// SPDX-License-Identifier: Apache-2.0
#include "apps/run_report.h"

#include <cmath>
#include <ctime>

#include "apps/figures.h"
#include "apps/html.h"
#include "apps/line_chart.h"
#include "base/concat.h"

namespace capy {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --text: #1c1f23; --dim: #667080; --back: #fff; --card: #f5f6f8; --grid: #e3e6ea;
  --blue: #2563c9; --orange: #c85a11; --green: #1d8348; --violet: #7a3fc0; }
@media (prefers-color-scheme: dark) { :root { --text: #e8eaed; --dim: #9aa3af; --back: #15181c; --card: #1e2227;
  --grid: #2c3138; --blue: #6ea8ff; --orange: #ff9d5c; --green: #5fd38d; --violet: #c39bff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: .5rem 0 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
.dim { color: var(--dim); }
.figures, .charts { display: grid; gap: 1rem; }
.figures { grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); margin: 1rem 0 1.5rem; }
.figures div { background: var(--card); border-radius: .5rem; padding: .6rem .8rem; }
.figures b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.charts { grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
.bar { height: .4rem; background: var(--grid); border-radius: .2rem; overflow: hidden; margin-top: .5rem; }
.bar i { display: block; height: 100%; background: var(--blue); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
th { font-weight: 600; color: var(--dim); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td { overflow-wrap: anywhere; }
details { margin: .4rem 0; }
summary { cursor: pointer; }
.text { background: var(--card); border-radius: .5rem; padding: .7rem .9rem; margin: .5rem 0; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.text b { font-weight: 600; color: var(--blue); }
)";

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  char text[32] = "";
  if (::gmtime_r(&now, &parts) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

std::string percent(double share, int decimals = 0) { return concat(fixed(100 * share, decimals), " %"); }

std::string figure(std::string_view name, const std::string& value) {
  return concat("<div><b>", html_escape(value), "</b><span class=\"dim\">", html_escape(name), "</span></div>\n");
}

std::string header(const RunFacts& facts, const TrainHistory& history) {
  const int64_t done = history.last() ? history.last()->step : 0;
  const double share = facts.steps > 0 ? static_cast<double>(done) / static_cast<double>(facts.steps) : 0;
  return concat("<h1>", html_escape(facts.title), "</h1>\n<div class=\"dim\">", done == facts.steps ? "finished: " : "",
                "step ", readable_count(done), " of ", readable_count(facts.steps), " (", percent(share), "), written ",
                now_text(), "</div>\n<div class=\"bar\"><i style=\"width:", fixed(100 * share, 1), "%\"></i></div>\n");
}

std::string figures(const RunFacts& facts, const TrainHistory& history) {
  std::string html = "<div class=\"figures\">\n";
  html += figure("loss, nats a token", fixed(history.smoothed_loss(), 3));
  if (const auto& held_out = history.held_out()) {
    html += figure("held-out loss", fixed(held_out->loss.loss, 3));
    if (held_out->loss.bits_per_byte) {
      html += figure("held-out bits per byte", fixed(*held_out->loss.bits_per_byte, 3));
    }
    html += figure(concat("best held-out, step ", readable_count(history.best_held_out()->step)),
                   fixed(history.best_held_out()->loss.loss, 3));
  }
  html += figure("parameters", readable_parameters(facts.parameters));
  html += figure("tokens", readable_parameters(history.last() ? history.last()->tokens : 0));
  html += figure("time of the steps", readable_duration(history.seconds()));
  html += figure("tokens a second", fixed(history.mean_tokens_per_second(), 0));
  if (const auto mfu = history.mean_mfu()) html += figure("MFU", percent(*mfu));
  return html + "</div>\n";
}

std::string charts(const RunFacts& facts, const TrainHistory& history) {
  const auto steps = static_cast<double>(facts.steps);
  std::string html = "<div class=\"charts\">\n";
  LineChart loss{"Loss, nats a token", {}, steps, false, true};
  loss.lines.push_back({"steps", history.loss().points(), 0, true});
  loss.lines.push_back({"smoothed", history.smoothed().points(), 0});
  if (!history.held_out_loss().empty()) {
    loss.lines.push_back({"held out", history.held_out_loss().points(), 1, false, true});
  }
  html += line_chart_html(loss);
  if (!history.bits_per_byte().empty()) {
    html += line_chart_html({"Held out, bits per byte",
                             {{"held out", history.bits_per_byte().points(), 1, false, true}},
                             steps,
                             false,
                             true});
  }
  if (!history.mtp_loss().empty()) {
    html += line_chart_html({"Loss of the MTP head", {{"MTP", history.mtp_loss().points(), 3}}, steps, false, true});
  }
  html += line_chart_html({"Learning rate", {{"rate", history.learning_rate().points(), 2}}, steps, true, false});
  html += line_chart_html(
      {"Norm of the gradients, before clipping", {{"norm", history.gradient_norm().points(), 3}}, steps, true, true});
  html +=
      line_chart_html({"Tokens a second", {{"tokens/s", history.tokens_per_second().points(), 0}}, steps, true, false});
  return html + "</div>\n";
}

std::string text_block(const TextSample& sample) {
  return concat("<div class=\"text\"><b>", html_escape(sample.prompt), "</b>", html_escape(sample.text), "</div>\n");
}

// The newest first, and open.
std::string texts(const TrainHistory& history) {
  const auto& all = history.samples();
  if (all.empty()) return "";
  std::string html =
      "<h2>What it writes</h2>\n<p class=\"dim\">Temperature 0.7, always the same seeds; unedited.</p>\n";
  for (size_t i = all.size(); i-- > 0;) {
    html += concat("<details", i + 1 == all.size() ? " open" : "", "><summary>step ", readable_count(all[i].step),
                   "</summary>\n");
    for (const TextSample& sample : all[i].samples) html += text_block(sample);
    html += "</details>\n";
  }
  return html;
}

std::string table(std::string_view title, const NamedTexts& rows) {
  if (rows.empty()) return "";
  std::string html = concat("<h2>", html_escape(title), "</h2>\n<div class=\"scroll\"><table>\n");
  for (const auto& [name, value] : rows) {
    html += concat("<tr><th>", html_escape(name), "</th><td>", html_escape(value), "</td></tr>\n");
  }
  return html + "</table></div>\n";
}

std::string share_rows(std::string_view kind, const std::vector<DataShare>& shares, int64_t tokens) {
  constexpr size_t kRowsMax = 50;
  std::string html;
  for (size_t i = 0; i < std::min(shares.size(), kRowsMax); ++i) {
    const DataShare& share = shares[i];
    const double part = static_cast<double>(share.tokens) / static_cast<double>(tokens);
    html += concat("<tr><td class=\"dim\">", kind, "</td><td>", html_escape(share.name), "</td><td class=\"n\">",
                   readable_count(share.documents), "</td><td class=\"n\">", readable_count(share.tokens),
                   "</td><td class=\"n\">", percent(part, 1), "</td></tr>\n");
  }
  if (shares.size() > kRowsMax) {
    html += concat("<tr><td></td><td class=\"dim\">and ", shares.size() - kRowsMax, " more</td></tr>\n");
  }
  return html;
}

std::string data_html(const RunFacts& facts) {
  std::string html = "<h2>Data</h2>\n";
  for (const ReportedData& data : facts.data) {
    const Manifest& m = data.manifest;
    html += concat("<details open><summary>", html_escape(data.name), ": ",
                   data.share > 0 ? percent(data.share, 1) + " of the samples" : std::string("held out"), ", ",
                   readable_count(m.tokens), " tokens in ", readable_count(m.documents), " documents");
    if (m.conversations > 0) html += concat(", ", readable_count(m.conversations), " of them conversations");
    if (m.loss_tokens < m.tokens) html += concat("; ", readable_count(m.loss_tokens), " tokens are learned");
    html +=
        "</summary>\n<div class=\"scroll\"><table>\n<tr><th></th><th></th><th class=\"n\">documents</th>"
        "<th class=\"n\">tokens</th><th class=\"n\">share</th></tr>\n";
    html += share_rows("source", m.sources, m.tokens);
    html += share_rows("licence", m.licences, m.tokens);
    html += "</table></div></details>\n";
  }
  return html;
}

}  // namespace

std::string run_report_html(const RunFacts& facts, const TrainHistory& history) {
  std::string html = concat(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
      html_escape(facts.title), "</title>\n<style>", kStyle, kChartStyle, "</style>\n</head>\n<body>\n");
  html += header(facts, history) + figures(facts, history) + charts(facts, history) + texts(history);
  html += table("Model", facts.model) + table("Settings", facts.settings) + data_html(facts);
  html += table("Machine", facts.machine);
  return html + concat("<script>", kChartScript, "</script>\n</body>\n</html>\n");
}

}  // namespace capy
