// SPDX-License-Identifier: Apache-2.0
// A developer's tool, never shipped: prints every value of every event of one file as NDJSON, to compare a reader with
// another program (tools/compare_evtxexport.py) or to look at what it sees.
//
//   dump_events evtx FILE [--fields NAMES] [--count]
//
// NAMES: one field name a line; values of other names are printed under "". --count prints totals only.
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "event/source.h"
#include "input/input.h"
#include "pipeline/reader.h"

using namespace stopwarden;  // NOLINT: a program of one file

namespace {

std::string quoted(std::string_view s) {
  std::string out = "\"";
  for (const char c : to_valid_utf8(s)) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (u < 0x20) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", u);
      out += buffer;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

const char* kind_name(ValueKind kind) {
  switch (kind) {
    case ValueKind::null: return "null";
    case ValueKind::string: return "string";
    case ValueKind::integer: return "integer";
    case ValueKind::real: return "real";
    case ValueKind::boolean: return "boolean";
  }
  return "";
}

class Printer final : public EventSink {
 public:
  Printer(const FieldTable& table, bool quiet) : table_(&table), quiet_(quiet) {}

  void on_event(const Event& e) override {
    ++events_;
    if (quiet_) return;
    std::string out =
        "{\"record\":" + std::to_string(e.origin.record) + ",\"offset\":" + std::to_string(e.origin.offset) +
        ",\"id\":" + (e.record_id ? std::to_string(*e.record_id) : "null") +
        ",\"event_id\":" + (e.event_id ? std::to_string(*e.event_id) : "null") +
        ",\"time\":" + (e.time ? quoted(format_time(*e.time, 7)) : "null") + ",\"provider\":" + quoted(e.provider) +
        ",\"channel\":" + quoted(e.channel) + ",\"host\":" + quoted(e.host) + ",\"values\":[";
    bool first = true;
    for (const FieldValue& v : e.fields) {
      if (!first) out += ',';
      first = false;
      out += "[" + quoted(v.field == kUnnamedField ? std::string_view{} : table_->name(v.field)) + ",\"" +
             kind_name(v.kind) + "\"," + quoted(v.text) + "]";
    }
    std::printf("%s]}\n", out.c_str());
  }
  void on_drop(const Error& e) override { problem("drop", e, drops_); }
  void on_oddity(const Error& e) override { problem("oddity", e, oddities_); }
  void summary() const {
    std::printf("{\"events\":%llu,\"drops\":%llu,\"oddities\":%llu}\n", events_, drops_, oddities_);
  }

 private:
  void problem(const char* sort, const Error& e, unsigned long long& counter) {
    ++counter;
    if (!quiet_)
      std::printf("{\"%s\":\"%s\",\"offset\":%llu,\"what\":%s}\n", sort, errc_name(e.code),
                  static_cast<unsigned long long>(e.offset), quoted(e.what).c_str());
  }
  const FieldTable* table_;
  bool quiet_;
  unsigned long long events_ = 0, drops_ = 0, oddities_ = 0;
};

/// Every input found at the path, archives and all, as `scan` would read it.
class Dump final : public InputVisitor {
 public:
  Dump(const WantedFields& wanted, Printer& printer) : reader_(SourceOptions{&wanted}), printer_(printer) {}
  void on_input(const std::string& name, ByteStream& stream) override {
    const ReadResult result = reader_.read(stream, printer_);
    if (result.format == nullptr && result.bytes != 0) std::fprintf(stderr, "%s: no known format\n", name.c_str());
    if (result.stream_error) std::fprintf(stderr, "%s: %s\n", name.c_str(), result.stream_error->what);
  }
  void on_unreadable(const std::string& name, const Error&, const std::string& why) override {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), why.c_str());
  }
  void on_progress(std::uint64_t) override {}

 private:
  InputReader reader_;
  Printer& printer_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string path, names;
  bool quiet = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--fields" && i + 1 < argc)
      names = argv[++i];
    else if (arg == "--count")
      quiet = true;
    else
      path = arg;
  }
  if (path.empty()) {
    std::fprintf(stderr, "usage: dump_events PATH [--fields NAMES] [--count]\n");
    return 2;
  }
  FieldTable table;
  std::ifstream list(names);
  for (std::string line; std::getline(list, line);) (void)table.intern(line);
  WantedFields wanted(table);
  wanted.add_all_values();
  Printer printer(table, quiet);
  Dump dump(wanted, printer);
  walk_inputs(std::array{path}, InputLimits{}, dump);
  printer.summary();
  return 0;
}
