// SPDX-License-Identifier: Apache-2.0
// Any text through redaction and every output format: no crash; redaction only replaces, so what is left of the text
// stands in the text in the same order; valid UTF-8 and no unsafe character comes out.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/text.h"
#include "finding/redact.h"
#include "output/formats.h"
#include "output/safe_text.h"
#include "output/sample_findings.h"

namespace {

class Kept : public stopwarden::ByteSink {
 public:
  bool write(std::string_view bytes) override {
    text += bytes;
    return true;
  }
  std::string text;
};

void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

bool only_replaces(std::string_view text, std::string_view redacted) {
  while (!redacted.empty()) {
    const std::size_t end = std::min(redacted.find("***"), redacted.size());
    const std::size_t at = text.find(redacted.substr(0, end));
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + end);
    redacted.remove_prefix(std::min(end + 3, redacted.size()));
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stopwarden;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string starless = text;  // stars of the text's own beside a secret cannot be told from those that replace it
  std::replace(starless.begin(), starless.end(), '*', '+');
  require(only_replaces(starless, redact(starless)), "redaction made something up");
  (void)redact(text);
  for (const OutputFormat& format : output_formats()) {
    Kept out;
    FormatOptions options;
    options.width = size % 2 == 0 ? 0 : 60;
    const auto writer = format.make(out, options);
    writer->on_finding(hostile_finding(text));
    require(writer->finish(), "the writer failed");
    require(is_valid_utf8(out.text), "invalid UTF-8 came out");
    for (std::size_t i = 0; i < out.text.size();) {
      const CodePoint c = code_point_at(out.text, i);
      require(c.value == '\n' || c.value == '\r' || !is_unsafe(c.value), "an unsafe character came out");
      i += c.length;
    }
  }
  return 0;
}
