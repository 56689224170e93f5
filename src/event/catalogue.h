// SPDX-License-Identifier: Apache-2.0
// The fields this program knows by name, of each platform in a file of catalogue/. docs/fields.md is printed from this
// table (`./dev docs`), a test compares.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "event/catalogue/cloud.h"
#include "event/catalogue/esxi.h"
#include "event/catalogue/journal.h"
#include "event/catalogue/linux.h"
#include "event/catalogue/macos.h"
#include "event/catalogue/network.h"
#include "event/catalogue/windows.h"
#include "event/field.h"

namespace stopwarden {

/// The catalogue, one row a field: name as in the Sigma taxonomy, type, meaning, sources that fill it.
#define SW_FIELDS(X)   \
  SW_WINDOWS_FIELDS(X) \
  SW_LINUX_FIELDS(X)   \
  SW_JOURNAL_FIELDS(X) \
  SW_MACOS_FIELDS(X)   \
  SW_ESXI_FIELDS(X)    \
  SW_CLOUD_FIELDS(X)   \
  SW_NETWORK_FIELDS(X)

/// Ids of the catalogue's fields: field::CommandLine. The order of SW_FIELDS gives the number.
namespace field {
#define SW_FIELD_NUMBER(name, type, meaning, sources) name,
enum Number : std::uint16_t { SW_FIELDS(SW_FIELD_NUMBER) kCount };
#undef SW_FIELD_NUMBER
}  // namespace field

constexpr FieldId id_of(field::Number n) noexcept { return FieldId{static_cast<std::uint16_t>(n)}; }

struct CatalogueField {
  std::string_view name, type, meaning, sources;
};
std::span<const CatalogueField> field_catalogue();

}  // namespace stopwarden
