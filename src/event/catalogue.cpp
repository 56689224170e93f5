// SPDX-License-Identifier: Apache-2.0
#include "event/catalogue.h"

#include <array>

namespace stopwarden {
namespace {

constexpr std::array kCatalogue{
#define SW_FIELD_ROW(name, type, meaning, sources) CatalogueField{#name, type, meaning, sources},
    SW_FIELDS(SW_FIELD_ROW)
#undef SW_FIELD_ROW
};
static_assert(kCatalogue.size() == field::kCount);

consteval bool names_unique() {
  for (std::size_t i = 0; i < kCatalogue.size(); ++i)
    for (std::size_t j = i + 1; j < kCatalogue.size(); ++j)
      if (kCatalogue[i].name == kCatalogue[j].name) return false;
  return true;
}
static_assert(names_unique());

}  // namespace

std::span<const CatalogueField> field_catalogue() { return kCatalogue; }

}  // namespace stopwarden
