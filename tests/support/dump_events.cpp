// SPDX-License-Identifier: Apache-2.0
// A developer's tool, never shipped: prints every value of every event of one file as NDJSON, to compare a reader with
// another program (tools/compare_evtxexport.py) or to look at what it sees.
//
//   dump_events evtx FILE [--fields NAMES] [--count]
//
// NAMES: one field name a line; values of other names are printed under "". --count prints totals only.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "event/source.h"
#include "sources/evtx/evtx.h"

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

/// The pipeline's loop, on a whole file in memory: windows of window_max() bytes, cut, parse.
void read_all(Source& source, Bytes file, EventSink& sink) {
  std::uint64_t offset = 0, records = 0;
  while (offset < file.size()) {
    const std::size_t left = file.size() - offset, size = left < source.window_max() ? left : source.window_max();
    const Bytes window = file.subspan(offset, size);
    const Cut cut = source.cut(window, size == left ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::unit) records += source.parse(window.first(cut.take), offset, records, sink);
    if (cut.kind == Cut::Kind::drop) sink.on_drop({cut.error.code, offset + cut.error.offset, cut.error.what});
    if (cut.kind == Cut::Kind::more || cut.take == 0) {
      sink.on_drop({Errc::bad_value, offset, "reader made no progress"});
      return;
    }
    offset += cut.take;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string format, path, names;
  bool quiet = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--fields" && i + 1 < argc) {
      names = argv[++i];
    } else if (arg == "--count") {
      quiet = true;
    } else if (format.empty()) {
      format = arg;
    } else {
      path = arg;
    }
  }
  if (format != "evtx" || path.empty()) {
    std::fprintf(stderr, "usage: dump_events evtx FILE [--fields NAMES] [--count]\n");
    return 2;
  }
  FieldTable table;
  std::ifstream list(names);
  for (std::string line; std::getline(list, line);) (void)table.intern(line);
  WantedFields wanted(table);
  wanted.add_all_values();
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "dump_events: cannot read %s\n", path.c_str());
    return 1;
  }
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const std::unique_ptr<Source> source = make_evtx({&wanted});
  Printer printer(table, quiet);
  read_all(*source, as_bytes(bytes), printer);
  printer.summary();
  return 0;
}
