// SPDX-License-Identifier: Apache-2.0
#include "event/field.h"

#include "event/catalogue.h"

namespace stopwarden {

FieldTable::FieldTable() {
  for (const CatalogueField& f : field_catalogue()) intern(f.name);
}

std::optional<FieldId> FieldTable::intern(std::string_view name) {
  if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
  if (names_.size() >= index(kUnnamedField)) return std::nullopt;
  const FieldId id{static_cast<std::uint16_t>(names_.size())};
  const auto [at, added] = ids_.emplace(std::string(name), id);
  names_.push_back(at->first);
  return id;
}

std::optional<FieldId> FieldTable::find(std::string_view name) const {
  const auto known = ids_.find(name);
  if (known == ids_.end()) return std::nullopt;
  return known->second;
}

std::string_view FieldTable::name(FieldId id) const {
  return index(id) < names_.size() ? names_[index(id)] : std::string_view{};
}

// Not inline: g++ 12 with -O1 and ThreadSanitizer warns of an array that it sees growing from nothing.
void FieldChoice::add(FieldId id) {
  const std::size_t word = index(id) / kBits;
  if (word >= words_.size()) words_.resize(word + 1, 0);
  words_[word] |= std::uint64_t{1} << (index(id) % kBits);
}

}  // namespace stopwarden
