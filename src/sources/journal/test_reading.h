// SPDX-License-Identifier: Apache-2.0
// For tests of the journal's sources: runs one as the pipeline does and keeps what it says as text.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "event/source.h"

namespace stopwarden::journal::testing {

using Lines = std::vector<std::string>;

struct Reading {
  Lines events;   // "name=text" of each field, joined with '|'
  Lines heads;    // time, host, channel, provider, id, record id
  Lines origins;  // "offset#record+length of raw"
  Lines drops, oddities;
  std::uint64_t records = 0;
};

/// Which names a test asks for.
class Asked {
 public:
  explicit Asked(const std::vector<std::string>& names) : table_(with(names)), wanted_(table_) {
    for (const std::string& n : names) wanted_.add(*table_.find(n));
  }
  const FieldTable& table() const { return table_; }
  const WantedFields& fields() const { return wanted_; }

 private:
  static FieldTable with(const std::vector<std::string>& names) {
    FieldTable t;
    for (const std::string& n : names) t.intern(n);
    return t;
  }
  FieldTable table_;
  WantedFields wanted_;
};

class OnePlanner final : public FieldPlanner {
 public:
  explicit OnePlanner(FieldId id) { choice_.add(id); }
  const FieldChoice& choose(std::string_view, std::string_view, std::optional<std::uint32_t>) override {
    return choice_;
  }

 private:
  FieldChoice choice_;
};

class Keeper final : public EventSink {
 public:
  Keeper(Reading& out, const FieldTable& table) : out_(&out), table_(&table) {}
  void on_event(const Event& e) override {
    std::string text = fields(e);
    if (e.reader != nullptr) text += " then " + fields(with_all_fields(e));
    out_->events.push_back(text);
    std::string head = e.time ? format_time(*e.time) : "-";
    head.append(" ").append(e.host).append(" ").append(e.channel).append(" ").append(e.provider);
    head += e.event_id ? " " + std::to_string(*e.event_id) : " -";
    head += e.record_id ? " " + std::to_string(*e.record_id) : " -";
    out_->heads.push_back(head);
    out_->origins.push_back(std::to_string(e.origin.offset) + "#" + std::to_string(e.origin.record) + "+" +
                            std::to_string(e.raw.size()));
  }
  void on_drop(const Error& e) override { out_->drops.push_back(text(e)); }
  void on_oddity(const Error& e) override { out_->oddities.push_back(text(e)); }

  static std::string text(const Error& e) {
    return std::string(errc_name(e.code)) + "@" + std::to_string(e.offset) + ": " + e.what;
  }

 private:
  std::string fields(const Event& e) const {
    std::string out;
    for (const FieldValue& f : e.fields) {
      out += out.empty() ? "" : "|";
      out.append(f.field == kUnnamedField ? "?" : table_->name(f.field)).append("=").append(f.text);
    }
    return out;
  }
  Reading* out_;
  const FieldTable* table_;
};

/// `step`: how many bytes the window grows by.
inline Reading read(const std::unique_ptr<Source>& source, std::string_view input, const FieldTable& table,
                    std::size_t step) {
  Reading out;
  Keeper keeper(out, table);
  std::size_t at = 0, size = step;
  while (at < input.size()) {
    size = std::min(size, input.size() - at);
    const AtEnd at_end = at + size == input.size() ? AtEnd::yes : AtEnd::no;
    const std::string window(input.substr(at, size));  // a copy, so that reading behind it is found
    const Cut cut = source->cut(as_bytes(window), at_end);
    if (cut.kind == Cut::Kind::more) {
      if (at_end == AtEnd::yes) {
        out.drops.emplace_back("cut() wants more than there is");
        return out;
      }
      size += step;
      continue;
    }
    if (cut.kind == Cut::Kind::unit)
      out.records += source->parse(as_bytes(window).first(cut.take), at, out.records, keeper);
    if (cut.kind == Cut::Kind::drop) {
      Error e = cut.error;
      e.offset += at;
      keeper.on_drop(e);
    }
    at += cut.take;
    size = step;
  }
  return out;
}

}  // namespace stopwarden::journal::testing
