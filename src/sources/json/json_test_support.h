// SPDX-License-Identifier: Apache-2.0
// Runs a JSON source as the pipeline does and keeps what it says as text.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "event/source.h"
#include "sources/json/json.h"

namespace stopwarden::json::testing {

struct Read {
  std::vector<std::string> events;   // "name=text" of each field, joined with '|'
  std::vector<std::string> heads;    // time, host, channel, provider, id, record id
  std::vector<std::string> origins;  // "offset#record"
  std::vector<std::string> raws;
  std::vector<std::string> drops;  // "bad_value@12"
  std::vector<std::string> oddities;
  std::vector<std::string> kinds;  // of each field
  std::size_t units = 0;
};

class Keeper final : public EventSink {
 public:
  Keeper(Read& out, const FieldTable& table) : out_(&out), table_(&table) {}
  void on_event(const Event& e) override {
    std::string fields, kinds;
    for (const FieldValue& f : e.fields) {
      fields += fields.empty() ? "" : "|";
      fields.append(f.field == kUnnamedField ? "?" : table_->name(f.field)).append("=").append(f.text);
      kinds += "nsirb"[static_cast<int>(f.kind)];
    }
    out_->events.push_back(fields);
    out_->kinds.push_back(kinds);
    std::string head = e.time ? format_time(*e.time) : "-";
    head.append(" ").append(e.host).append(" ").append(e.channel).append(" ").append(e.provider);
    head += e.event_id ? " " + std::to_string(*e.event_id) : " -";
    head += e.record_id ? " " + std::to_string(*e.record_id) : " -";
    out_->heads.push_back(head);
    out_->origins.push_back(std::to_string(e.origin.offset) + "#" + std::to_string(e.origin.record));
    out_->raws.emplace_back(e.raw);
  }
  void on_drop(const Error& e) override {
    out_->drops.push_back(std::string(errc_name(e.code)) + "@" + std::to_string(e.offset));
  }
  void on_oddity(const Error& e) override {
    out_->oddities.push_back(std::string(errc_name(e.code)) + "@" + std::to_string(e.offset));
  }

 private:
  Read* out_;
  const FieldTable* table_;
};

/// Which names a test asks for; "*" asks for everything.
class Wanted {
 public:
  explicit Wanted(std::vector<std::string> names) : table_(with_names(names)), wanted_(table_) {
    for (const std::string& n : names) {
      if (n == "*") {
        wanted_.add_all_values();
      } else {
        wanted_.add(*table_.find(n));
      }
    }
  }
  const FieldTable& table() const { return table_; }
  const WantedFields& fields() const { return wanted_; }

 private:
  static FieldTable with_names(const std::vector<std::string>& names) {
    FieldTable t;
    for (const std::string& n : names)
      if (n != "*") t.intern(n);
    return t;
  }
  FieldTable table_;
  WantedFields wanted_;
};

/// Feeds `input` through cut() and parse(). The window starts at `step` bytes and grows by as many for every `more`.
/// Each window is a copy of its own, so that a read beyond it is seen by ASan.
inline Read run(std::string_view input, const Wanted& wanted, std::size_t step = 1 << 20) {
  Read out;
  Keeper keeper(out, wanted.table());
  const auto source = make_json({&wanted.fields()});
  std::size_t at = 0, size = step;
  std::uint64_t records = 0;
  while (at < input.size()) {
    size = std::min({size, input.size() - at, source->window_max()});
    const std::vector<char> window(input.begin() + static_cast<std::ptrdiff_t>(at),
                                   input.begin() + static_cast<std::ptrdiff_t>(at + size));
    const Bytes bytes = as_bytes({window.data(), window.size()});
    const bool is_end = at + size == input.size();
    const Cut cut = source->cut(bytes, is_end ? AtEnd::yes : AtEnd::no);
    if (cut.kind == Cut::Kind::more) {
      if (is_end || size >= source->window_max() || cut.take != 0) {
        out.drops.push_back("CONTRACT: more");
        break;
      }
      size += step;
      continue;
    }
    if (cut.take == 0 || cut.take > size) {
      out.drops.push_back("CONTRACT: take");
      break;
    }
    if (cut.kind == Cut::Kind::unit) {
      const std::vector<char> unit(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(cut.take));
      records += source->parse(as_bytes({unit.data(), unit.size()}), at, records, keeper);
      ++out.units;
    } else if (cut.kind == Cut::Kind::drop) {
      keeper.on_drop({cut.error.code, at + cut.error.offset, cut.error.what});
    }
    at += cut.take;
    size = step;
  }
  return out;
}

using Lines = std::vector<std::string>;

/// How often this program has asked for memory with new.
std::size_t allocations() noexcept;

}  // namespace stopwarden::json::testing
