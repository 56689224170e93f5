// SPDX-License-Identifier: Apache-2.0
// Makes values: the bytes that go into a file and the canonical text (see event/event.h) a reader should give back.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/evtx_model.h"

namespace stopwarden::test {

/// Little-endian integers at the end of a byte string.
void put_le(std::string& out, std::uint64_t value, int bytes);
/// Overwrites; the place exists.
void patch_le(std::string& out, std::size_t at, std::uint64_t value, int bytes);
std::uint64_t get_le(std::string_view in, std::size_t at, int bytes);

/// FILETIME ticks of a time.
std::uint64_t to_filetime(EventTime time);

/// The type a description's word names ("uint32", "hex64"); nothing for other words.
std::optional<ValueType> type_named(std::string_view word);

Value null_value();
/// `units` are UTF-16 code units, unpaired surrogates and trailing NULs among them.
Value string_value(const std::u16string& units);
Value string_value(std::string_view utf8);
Value number_value(ValueType type, std::uint64_t number);
Value filetime_value(EventTime time);
Value binary_value(std::string bytes);
/// A value of any type but string, ansi, binary and binxml from its text; nothing when the text is no such value.
std::optional<Value> parse_value(ValueType type, std::string_view text);
/// The bytes of code units as they are, each below 256.
std::optional<Value> ansi_value(const std::u16string& units);
/// Joins values of one type to an array of that type.
Value array_value(ValueType type, const std::vector<Value>& parts);

/// UTF-8 to UTF-16 code units and back; an unpaired surrogate comes back as U+FFFD.
std::u16string to_units(std::string_view utf8);
std::string to_utf8(const std::u16string& units);

}  // namespace stopwarden::test
