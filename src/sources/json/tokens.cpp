// SPDX-License-Identifier: Apache-2.0
#include "sources/json/tokens.h"

#include <simdjson.h>

#include <algorithm>

namespace stopwarden::json {

namespace {

constexpr std::size_t kCapacityMin = 64 * std::size_t{1024};
constexpr std::size_t kKeepMax = 1024 * std::size_t{1024};

}  // namespace

/// The implementation for this processor, chosen at run time. Its first stage is used alone: the second would build or
/// walk every value, and on_demand's is chosen when the program is compiled.
struct Tokens::Finder {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
};

Tokens::Tokens() : finder_(std::make_unique<Finder>()) {}
Tokens::~Tokens() = default;

Tokens::Outcome Tokens::find(std::string_view text) {
  places_ = {};
  auto& stages = finder_->stages;
  if (!stages || stages->capacity() < text.size()) {
    const std::size_t capacity = std::max(text.size(), kCapacityMin);
    stages.reset();
    constexpr std::size_t kDepth = 1;  // the second stage's; not used
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, kDepth, stages) !=
        simdjson::SUCCESS)
      return Outcome::bad;
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const simdjson::error_code error = stages->stage1(bytes, text.size(), simdjson::stage1_mode::regular);
  if (error == simdjson::UTF8_ERROR || error == simdjson::UNESCAPED_CHARS) return Outcome::repairable;
  if (error != simdjson::SUCCESS) return Outcome::bad;
  places_ = {stages->structural_indexes.get(), stages->n_structural_indexes};
  return Outcome::good;
}

void Tokens::release_excess() {
  if (finder_->stages && finder_->stages->capacity() > kKeepMax) {
    finder_->stages.reset();
    places_ = {};
  }
}

}  // namespace stopwarden::json
