// SPDX-License-Identifier: Apache-2.0
#include "sources/json/paths.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "sources/json/keys.h"

namespace stopwarden::json {
namespace {

constexpr std::size_t kPathsMax = 32'768;    // remembered places, about 4 MiB; real logs have some hundred
constexpr std::size_t kNamesMax = 4u << 20;  // bytes of remembered names
constexpr std::size_t kSlotsMin = 1024;
constexpr std::size_t kNameMax = 256;  // a longer path is nobody's field; bounds what nested long keys cost

std::uint32_t hash_child(std::uint32_t parent, std::string_view key) noexcept {
  return static_cast<std::uint32_t>(hash_text(key)) ^ (parent * 0x85EBCA6Bu);
}

bool ends_with(std::string_view s, std::string_view end) noexcept {
  return s.size() >= end.size() && s.substr(s.size() - end.size()) == end;
}

bool is_param(std::string_view name) noexcept {
  return name.size() > 5 && name.substr(0, 5) == "param" &&
         std::all_of(name.begin() + 5, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "ServiceName" of "ServiceName_1"; empty when no number is behind the name.
std::string_view without_number(std::string_view key) noexcept {
  const std::size_t digits = key.find_last_not_of("0123456789") + 1;  // npos + 1: all are digits
  if (digits < 2 || digits == key.size() || key[digits - 1] != '_') return {};
  return key.substr(0, digits - 1);
}

constexpr std::string_view kAttributesSuffix = "_attributes";  // evtx_dump --separate-json-attributes

}  // namespace

PathTable::PathTable(const WantedFields& wanted, std::span<const PathRules> roots) : wanted_(&wanted), roots_(roots) {
  clear();
}

void PathTable::clear() {
  paths_.clear();
  names_.reset();
  name_bytes_ = 0;
  for (std::size_t i = 0; i < roots_.size(); ++i) {
    Path root;
    root.name = roots_[i].root;
    root.rules = static_cast<std::uint8_t>(i);
    root.naming = roots_[i].naming;
    if (!root.name.empty()) resolve(root);
    paths_.push_back(root);
  }
  slots_.assign(kSlotsMin, 0);
  cache_.assign(kCacheSize, Cached{});
}

void PathTable::limit(std::uint64_t keys) {
  if (keys != keys_) cache_.assign(kCacheSize, Cached{});
  keys_ = keys;
  if (paths_.size() <= kPathsMax && name_bytes_ <= kNamesMax) return;
  std::vector<Path>().swap(paths_);
  std::vector<std::uint32_t>().swap(slots_);
  names_ = Arena{};
  clear();
}

void PathTable::rehash(std::size_t slots) {
  slots_.assign(slots, 0);
  for (std::size_t i = roots_.size(); i < paths_.size(); ++i) {
    std::size_t at = paths_[i].hash & (slots - 1);
    while (slots_[at] != 0) at = (at + 1) & (slots - 1);
    slots_[at] = static_cast<std::uint32_t>(i) + 1;
  }
}

std::uint32_t PathTable::child(std::uint32_t parent, std::string_view key) {
  const std::uint32_t hash = hash_child(parent, key);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at] != 0; at = (at + 1) & mask) {
    const Path& p = paths_[slots_[at] - 1];
    if (p.hash == hash && p.parent == parent && p.key == key) return slots_[at] - 1;
  }
  return add(parent, key, hash);
}

std::uint32_t PathTable::add(std::uint32_t parent, std::string_view key, std::uint32_t hash) {
  std::uint32_t first = 0;
  if (paths_[parent].naming == Naming::leaf) {
    // One number only: a_1_1_1_... would else make a path for each.
    if (const std::string_view name = without_number(key); !name.empty() && without_number(name).empty())
      first = child(parent, name);
  }
  if ((paths_.size() + 1) * 2 > slots_.size()) rehash(slots_.size() * 2);
  Path p;
  p.key = names_.copy(key);
  p.parent = parent;
  p.hash = hash;
  p.first = first;
  p.rules = paths_[parent].rules;
  add_name(p, paths_[parent]);
  resolve(p);
  const auto i = static_cast<std::uint32_t>(paths_.size());
  paths_.push_back(p);
  name_bytes_ += p.key.size() + p.name.size();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at] != 0) at = (at + 1) & mask;
  slots_[at] = i + 1;
  return i;
}

void PathTable::add_name(Path& path, const Path& parent) {
  std::string_view key = path.key;
  const bool is_root = &parent < paths_.data() + roots_.size();
  path.naming = parent.naming;
  scratch_.clear();
  if (parent.naming == Naming::dotted) {
    if (!parent.name.empty()) scratch_.append(parent.name) += '.';
  } else if (parent.naming == Naming::attributes) {
    scratch_.append(parent.name) += '_';
  } else if (key == "#attributes") {
    path.naming = Naming::attributes;
    path.name = parent.name;
  } else if (key == "#text" || key == "#Text") {
    path.name = parent.name;
  } else if (!key.empty() && key[0] == '@') {
    scratch_.append(parent.name) += '_';
    key.remove_prefix(1);
  } else if (ends_with(key, kAttributesSuffix) && key.size() > kAttributesSuffix.size()) {
    path.naming = Naming::attributes;
    key.remove_suffix(kAttributesSuffix.size());
  } else if (parent.naming == Naming::system && !is_root) {
    scratch_.append(parent.name) += '_';
  }
  path.overlong = parent.overlong || key.size() > kNameMax;
  if (!path.name.empty() || path.overlong) return;
  for (const char c : key)
    if (c != ' ') scratch_ += c;
  path.overlong = scratch_.size() > kNameMax;
  if (!path.overlong) path.name = names_.copy(scratch_);
}

void PathTable::add_field(Path& path, std::string_view name) const {
  const auto id = name.empty() ? std::nullopt : wanted_->want(name);
  if (!id) return;
  const auto begin = path.fields.begin(), end = begin + path.field_count;
  if (std::find(begin, end, *id) != end) return;
  if (*id == kUnnamedField && path.field_count > 0) return;  // the value is there under a name
  if (path.field_count > 0 && path.fields[0] == kUnnamedField) {
    path.fields[0] = *id;
    return;
  }
  if (path.field_count < path.fields.size()) path.fields[path.field_count++] = *id;
}

void PathTable::resolve(Path& path) const {
  if (path.overlong) {
    if (wanted_->all_values()) path.fields[path.field_count++] = kUnnamedField;
    return;
  }
  const PathRules& rules = roots_[path.rules];
  // A rule may be written for the canonical name or for the log's own.
  for (const Alias& a : rules.aliases) {
    if (a.path != path.name) continue;
    path.role = a.role;
    path.rank = a.rank;
    path.convert = a.convert;
    path.numbered = a.numbered;
    if (!a.fallback) {
      add_field(path, a.field);
    } else if (const auto id = wanted_->want(a.field)) {
      path.fallback_field = *id;
      path.has_fallback = true;
    }
  }
  for (const std::string_view prefix : rules.strip) {
    if (path.name.size() <= prefix.size() || path.name.substr(0, prefix.size()) != prefix) continue;
    const std::string_view rest = path.name.substr(prefix.size());
    add_field(path, rest);
    if (is_param(rest)) add_field(path, "Data");
  }
  for (const std::string_view prefix : rules.strip_leaf) {
    if (path.name.size() <= prefix.size() || path.name.substr(0, prefix.size()) != prefix) continue;
    add_field(path, path.name.substr(path.name.rfind('.') + 1));
  }
  add_field(path, path.name);
  const std::string_view n = path.name;
  if (rules.bare_guids && (ends_with(n, "Guid") || ends_with(n, "GUID") || ends_with(n, "ActivityID")))
    path.convert = Convert::guid;
}

}  // namespace stopwarden::json
