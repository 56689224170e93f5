// SPDX-License-Identifier: Apache-2.0
// For tests: writes tokens and records of OpenBSM trails.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace stopwarden::bsm::testing {

inline std::string be(std::uint64_t v, std::size_t size) {
  std::string out;
  append_be(out, v, size);
  return out;
}
inline std::string id(std::uint8_t token) { return std::string(1, static_cast<char>(token)); }
/// Length, bytes, NUL.
inline std::string sized(std::string_view text) {
  return be(text.size() + 1, 2) + std::string(text) + std::string(1, '\0');
}
inline std::string text(std::string_view s) { return id(0x28) + sized(s); }
inline std::string path(std::string_view s) { return id(0x23) + sized(s); }
inline std::string arg32(std::uint8_t number, std::uint32_t value, std::string_view what) {
  return id(0x2D) + be(number, 1) + be(value, 4) + sized(what);
}
inline std::string strings(std::uint8_t token, std::initializer_list<std::string_view> list) {
  std::string out = id(token) + be(list.size(), 4);
  for (const std::string_view s : list) out += std::string(s) + std::string(1, '\0');
  return out;
}
inline std::string exec_args(std::initializer_list<std::string_view> list) { return strings(0x3C, list); }
struct Who {
  std::uint32_t auid = 501, uid = 0, pid = 812, session = 100005;
};
/// audit uid, uid, gid, ruid, rgid, pid, session
inline std::string ids(const Who& who) {
  return be(who.auid, 4) + be(who.uid, 4) + be(0, 4) + be(who.uid, 4) + be(0, 4) + be(who.pid, 4) + be(who.session, 4);
}
inline std::string subject_ex(const Who& who, std::uint32_t ip = 0) {
  return id(0x7A) + ids(who) + be(50331650, 4) + be(4, 4) + be(ip, 4);
}
inline std::string process_ex(const Who& who) { return id(0x7B) + ids(who) + be(0, 4) + be(4, 4) + be(0, 4); }
inline std::string result(std::uint8_t status, std::uint32_t value = 0) {
  return id(0x27) + be(status, 1) + be(value, 4);
}

inline constexpr std::uint32_t kNoon = 1'795'608'000;  // 2026-11-25T12:00:00Z

inline std::string trailer(std::size_t size) { return id(0x13) + be(0xB105, 2) + be(size, 4); }
/// header32, tokens, trailer
inline std::string record(std::uint16_t event, std::string_view tokens, std::uint32_t time = kNoon,
                          std::uint32_t ms = 381) {
  constexpr std::size_t kHeader = 18, kTrailer = 7;
  const std::size_t size = kHeader + tokens.size() + kTrailer;
  return id(0x14) + be(size, 4) + be(11, 1) + be(event, 2) + be(0, 2) + be(time, 4) + be(ms, 4) + std::string(tokens) +
         trailer(size);
}
inline std::string file(std::string_view name) { return id(0x11) + be(kNoon, 4) + be(1, 4) + sized(name); }

}  // namespace stopwarden::bsm::testing
