// SPDX-License-Identifier: Apache-2.0
// Values of one log in the form another log has them. Formats seen in Security and Sysmon events; docs/logsources.md
// lists them with examples.
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "detect/sigma/logsource.h"

namespace stopwarden::sigma {
namespace {

std::optional<FieldValue> first_value(const Event& event, FieldId id) {
  for (const FieldValue& v : event.fields)
    if (v.field == id && v.kind != ValueKind::null) return v;
  return std::nullopt;
}

bool says_nothing(std::string_view s) noexcept { return s.empty() || s == "-"; }

bool starts_with_ascii(std::string_view s, std::string_view prefix) noexcept {
  return s.size() >= prefix.size() && equal_ignore_ascii_case(s.substr(0, prefix.size()), prefix);
}

std::string_view join(Arena& arena, std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  char* const out = arena.allocate(size);
  char* at = out;
  for (const std::string_view part : parts) at = std::copy(part.begin(), part.end(), at);
  return {out, size};
}

std::optional<std::string_view> decimal_of(std::string_view text, Arena& arena) {
  if (!starts_with_ascii(text, "0x")) {
    if (parse_unsigned(text)) return text;
    return std::nullopt;
  }
  const auto number = parse_hex(text);
  if (!number) return std::nullopt;
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *number);
  return arena.copy({digits.data(), static_cast<std::size_t>(end.ptr - digits.data())});
}

std::string_view hex8(std::uint64_t value, std::array<char, 8>& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < 8; ++i) out[7 - i] = kDigits[(value >> (4 * i)) & 0xF];
  return {out.data(), out.size()};
}

/// "\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services" -> "HKLM" + "\System\CurrentControlSet" + "\Services", as Sysmon
/// writes it. What has another form stays as it is.
struct RegistryPath {
  std::string_view root, middle, rest;
};
RegistryPath registry_path_of(std::string_view path) {
  constexpr std::string_view kMachine = "\\REGISTRY\\MACHINE", kUser = "\\REGISTRY\\USER";
  constexpr std::string_view kControlSet = "\\SYSTEM\\ControlSet";
  const auto ends = [&](std::size_t at) { return at == path.size() || path[at] == '\\'; };
  if (starts_with_ascii(path, kUser) && ends(kUser.size())) return {"HKU", "", path.substr(kUser.size())};
  if (!starts_with_ascii(path, kMachine) || !ends(kMachine.size())) return {"", "", path};
  const std::string_view rest = path.substr(kMachine.size());
  if (starts_with_ascii(rest, kControlSet)) {
    std::size_t at = kControlSet.size();
    while (at < rest.size() && rest[at] >= '0' && rest[at] <= '9') ++at;
    if (at > kControlSet.size() && (at == rest.size() || rest[at] == '\\'))
      return {"HKLM", "\\System\\CurrentControlSet", rest.substr(at)};
  }
  return {"HKLM", "", rest};
}

std::optional<std::string_view> integrity_of(std::string_view label) {
  struct Row {
    std::string_view sid, name;
  };
  constexpr std::array kLevels{Row{"S-1-16-0", "Untrusted"},    Row{"S-1-16-4096", "Low"},
                               Row{"S-1-16-8192", "Medium"},    Row{"S-1-16-8448", "MediumPlus"},
                               Row{"S-1-16-12288", "High"},     Row{"S-1-16-16384", "System"},
                               Row{"S-1-16-20480", "Protected"}};
  for (const Row& row : kLevels)
    if (equal_ignore_ascii_case(row.sid, label)) return row.name;
  return std::nullopt;
}

/// Types of 4657 are message ids: %%1872 + REG_* number, in the order of winnt.h up to REG_RESOURCE_REQUIREMENTS_LIST.
std::string_view registry_value_of(std::string_view value, std::string_view type, Arena& arena) {
  std::array<char, 8> high, low;
  const auto number = starts_with_ascii(value, "0x") ? parse_hex(value) : parse_unsigned(value);
  if (type == "%%1875") return "Binary Data";
  if (type == "%%1876" && number && *number <= 0xFFFFFFFF) return join(arena, {"DWORD (0x", hex8(*number, low), ")"});
  if (type == "%%1883" && number)
    return join(arena, {"QWORD (0x", hex8(*number >> 32, high), "-0x", hex8(*number & 0xFFFFFFFF, low), ")"});
  return value;
}

/// The part behind "NAME=" of a comma-separated list, names in either case.
std::optional<std::string_view> part_of(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view part = trim(list.substr(0, comma));
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos && equal_ignore_ascii_case(trim(part.substr(0, equals)), name))
      return part.substr(equals + 1);
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return std::nullopt;
}

std::optional<std::string_view> domain_user_of(const FieldAlias& alias, const Event& event, Arena& arena) {
  for (std::size_t i = 0; i + 1 < alias.from.size(); i += 2) {
    const auto domain = first_value(event, alias.from[i]);
    const auto user = first_value(event, alias.from[i + 1]);
    if (!domain || !user || says_nothing(user->text)) continue;
    if (says_nothing(domain->text)) return user->text;
    return join(arena, {domain->text, "\\", user->text});
  }
  return std::nullopt;
}

std::optional<std::string_view> made_from_one(const FieldAlias& alias, std::string_view text, Arena& arena) {
  switch (alias.transform) {
    case Transform::copy: return text;
    case Transform::hex_to_decimal: return decimal_of(text, arena);
    case Transform::registry_path: {
      const RegistryPath p = registry_path_of(text);
      return join(arena, {p.root, p.middle, p.rest});
    }
    case Transform::integrity_label: return integrity_of(text);
    case Transform::hash_of: return part_of(text, alias.argument);
    case Transform::map: return part_of(alias.argument, text);
    case Transform::domain_user:
    case Transform::registry_value:
    case Transform::join_registry: break;
  }
  return std::nullopt;
}

}  // namespace

void derive(const FieldAlias& alias, const Event& event, Arena& arena, std::vector<FieldValue>& out) {
  const auto add = [&](std::string_view text, ValueKind kind) { out.push_back({alias.derived, kind, text}); };
  switch (alias.transform) {
    case Transform::domain_user:
      if (const auto made = domain_user_of(alias, event, arena)) add(*made, ValueKind::string);
      return;
    case Transform::registry_value: {
      const auto value = first_value(event, alias.from[0]);
      const auto type = first_value(event, alias.from[1]);
      if (value && type) add(registry_value_of(value->text, type->text, arena), ValueKind::string);
      return;
    }
    case Transform::join_registry: {
      const auto key = first_value(event, alias.from[0]);
      const auto name = first_value(event, alias.from[1]);
      if (!key || !name) return;
      const RegistryPath p = registry_path_of(key->text);
      const std::string_view value = says_nothing(name->text) ? "(Default)" : name->text;
      add(join(arena, {p.root, p.middle, p.rest, "\\", value}), ValueKind::string);
      return;
    }
    case Transform::copy:
    case Transform::hex_to_decimal:
    case Transform::registry_path:
    case Transform::integrity_label:
    case Transform::hash_of:
    case Transform::map: break;
  }
  for (const FieldId from : alias.from) {
    bool present = false;
    for (const FieldValue& v : event.fields) {
      if (v.field != from || v.kind == ValueKind::null) continue;
      present = true;
      const auto made = made_from_one(alias, v.text, arena);
      if (!made) continue;
      const ValueKind kind = alias.transform == Transform::copy             ? v.kind
                             : alias.transform == Transform::hex_to_decimal ? ValueKind::integer
                                                                            : ValueKind::string;
      add(*made, kind);
    }
    if (present) return;
  }
}

}  // namespace stopwarden::sigma
