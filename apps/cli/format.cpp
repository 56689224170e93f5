// SPDX-License-Identifier: Apache-2.0
#include "format.h"

#include <fmt/format.h>

#include <array>

#include "output/json_writer.h"

namespace stopwarden::cli {

std::string grouped(std::uint64_t n) {
  std::string out = std::to_string(n);
  for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
  return out;
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 6> kUnits{"B", "KB", "MB", "GB", "TB", "PB"};
  double v = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (v >= 999.5 && unit + 1 < kUnits.size()) {
    v /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.{}f} {}", v, v < 10 ? 1 : 0, kUnits[unit]);
}

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return grouped(n) + " " + std::string(n == 1 ? one : many);
}

std::string json_string(std::string_view text) {
  std::string out;
  JsonWriter(out).text(text);
  return out;
}

}  // namespace stopwarden::cli
