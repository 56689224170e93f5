// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/names.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/hash.h"
#include "sources/evtx/value.h"

namespace stopwarden::evtx {
namespace {

constexpr std::array<std::pair<std::string_view, Known>, 18> kKnown{{
    {"Event", Known::event},
    {"System", Known::system},
    {"EventData", Known::event_data},
    {"UserData", Known::user_data},
    {"ProcessingErrorData", Known::processing_error_data},
    {"RenderingInfo", Known::rendering_info},
    {"Data", Known::data},
    {"ComplexData", Known::complex_data},
    {"Name", Known::name},
    {"xmlns", Known::xmlns},
    {"Provider", Known::provider},
    {"EventID", Known::event_id},
    {"Channel", Known::channel},
    {"Computer", Known::computer},
    {"EventRecordID", Known::event_record_id},
    {"TimeCreated", Known::time_created},
    {"SystemTime", Known::system_time},
    {"Message", Known::message},
}};

}  // namespace

NameTable::NameTable(const WantedFields& wanted) : wanted_(&wanted), slots_(kSlots) {}

NameInfo NameTable::look_up_text(std::string_view name) const {
  NameInfo info;
  if (const auto field = wanted_->want(name)) {
    info.field = *field;
    info.wanted = true;
  }
  return info;
}

NameInfo NameTable::resolve(Bytes prefix, Bytes name) {
  arena_.reset();
  const std::string_view plain = string_text(name, arena_);
  text_.clear();
  if (!prefix.empty()) {
    text_ += string_text(prefix, arena_);
    text_ += '_';
  }
  text_ += plain;
  // Sigma's names have no blanks ("Source Name" in Defender's log is SourceName).
  text_.erase(std::remove(text_.begin(), text_.end(), ' '), text_.end());
  NameInfo info = look_up_text(text_);
  for (const auto& [known_name, known] : kKnown)
    if (plain == known_name) info.known = known;
  if (plain.starts_with("xmlns:")) info.known = Known::xmlns;
  return info;
}

NameInfo NameTable::look_up(Bytes prefix, Bytes name) {
  const std::size_t hash = hash_text(as_text(name)) ^ (31 * hash_text(as_text(prefix)));
  const auto same = [&](const Slot& slot) {
    return slot.hash == hash && slot.prefix_size == prefix.size() && slot.key.size() == prefix.size() + name.size() &&
           (prefix.empty() || std::memcmp(slot.key.data(), prefix.data(), prefix.size()) == 0) &&
           (name.empty() || std::memcmp(slot.key.data() + prefix.size(), name.data(), name.size()) == 0);
  };
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    Slot& slot = slots_[(hash + probe) % kSlots];
    if (slot.key.empty()) {
      const NameInfo info = resolve(prefix, name);
      if (prefix.size() + name.size() == 0) return info;
      slot.hash = hash;
      slot.key = as_text(prefix);
      slot.key += as_text(name);
      slot.prefix_size = prefix.size();
      slot.info = info;
      return info;
    }
    if (same(slot)) return slot.info;
  }
  return resolve(prefix, name);
}

}  // namespace stopwarden::evtx
