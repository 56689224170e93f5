// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/literal_index.h"

#include <algorithm>
#include <bit>

namespace stopwarden::sigma {
namespace {

using Kind = Literal::Kind;

constexpr std::size_t kAnchoredMin = 8;  // bytes after the `=`

bool is_wide(char c) noexcept { return static_cast<unsigned char>(c) >= 0x80; }

/// Where an `=` stands in the literal with at least eight bytes after it.
std::size_t anchor_of(const std::string& text) noexcept {
  const std::size_t at = text.find('=');
  return at != std::string::npos && text.size() - at > kAnchoredMin ? at : std::string::npos;
}

std::size_t first_wide(const std::string& text) noexcept {
  const auto at = std::find_if(text.begin(), text.end(), is_wide);
  return at == text.end() || text.end() - at < 2 ? std::string::npos : static_cast<std::size_t>(at - text.begin());
}

std::uint64_t text_key(const Literal& literal) noexcept {
  return hash_text(literal.text) ^ (static_cast<std::uint64_t>(literal.kind) << 56);
}

void add_size(std::vector<std::uint8_t>& sizes, std::size_t size) {
  const auto s = static_cast<std::uint8_t>(size);
  const auto at = std::lower_bound(sizes.begin(), sizes.end(), s);
  if (at == sizes.end() || *at != s) sizes.insert(at, s);
}

void set_bit(std::vector<std::uint64_t>& bits, std::size_t at) { bits[at >> 6] |= std::uint64_t{1} << (at & 63); }

}  // namespace

bool is_plain_integer(std::string_view text) noexcept {
  if (text.empty() || text.size() > 18) return false;  // longer ones may not fit: let the test itself decide
  if (text == "0") return true;
  if (text.front() == '-') text.remove_prefix(1);
  if (text.empty() || text.front() == '0') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void KeyTable::build() {
  if (entries_.empty()) return;
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.key != b.key ? a.key < b.key : a.literal < b.literal; });
  std::size_t keys = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i)
    keys += (i == 0 || entries_[i].key != entries_[i - 1].key) ? 1U : 0U;
  slots_.assign(std::bit_ceil(2 * keys), Slot{});
  mask_ = slots_.size() - 1;
  literals_.reserve(entries_.size());
  for (std::size_t i = 0; i < entries_.size();) {
    const std::uint64_t key = entries_[i].key;
    std::size_t at = key & mask_;
    while (slots_[at].count != 0) at = (at + 1) & mask_;
    slots_[at] = {key, static_cast<std::uint32_t>(literals_.size()), 0};
    for (; i < entries_.size() && entries_[i].key == key; ++i, ++slots_[at].count)
      literals_.push_back(entries_[i].literal);
  }
  entries_.clear();
  entries_.shrink_to_fit();
}

void LiteralIndex::add(const Literal& literal, std::uint32_t rule) {
  Entry e;
  e.literal = literal;
  e.rules.push_back(rule);
  entries_.push_back(std::move(e));
}

Engine LiteralIndex::choose(const Literal& literal) const {
  const std::string& text = literal.text;
  switch (literal.kind) {
    case Kind::equals: return Engine::whole;
    case Kind::number: return Engine::number;
    case Kind::prefix: return Engine::beginning;
    case Kind::suffix: return text.find_first_of("\\/") != std::string::npos ? Engine::component : Engine::ending;
    case Kind::contains: break;
  }
  if (first_wide(text) != std::string::npos) return Engine::wide;
  if (anchors_ && anchor_of(text) != std::string::npos) return Engine::after_equal;
  return text.size() >= 4 ? Engine::grams : Engine::pairs;
}

void LiteralIndex::build(const TextCounts& counts) {
  // Many rules may wait for the same literal: one entry for them all.
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    if (a.literal.kind != b.literal.kind) return a.literal.kind < b.literal.kind;
    if (a.literal.text != b.literal.text) return a.literal.text < b.literal.text;
    return a.rules < b.rules;
  });
  std::vector<Entry> joined;
  for (Entry& e : entries_) {
    if (!joined.empty() && joined.back().literal == e.literal)
      joined.back().rules.push_back(e.rules.front());
    else
      joined.push_back(std::move(e));
  }
  entries_ = std::move(joined);

  std::size_t contained = 0, anchored = 0, gram_count = 0;
  for (const Entry& e : entries_) {
    if (e.literal.kind != Kind::contains) continue;
    ++contained;
    anchored += anchor_of(e.literal.text) != std::string::npos ? 1U : 0U;
  }
  constexpr std::size_t kAnchoredFieldMin = 64;  // as in Hashes; for fewer the grams will do
  anchors_ = anchored >= kAnchoredFieldMin && anchored * 10 >= contained * 9;
  for (Entry& e : entries_) {
    e.engine = choose(e.literal);
    if (e.literal.kind == Kind::contains) longest_ = std::max(longest_, e.literal.text.size());
    gram_count += e.engine == Engine::grams ? 1U : 0U;
  }
  gram_bits_ = GramBits(gram_count);
  pair_bits_.assign(kPairs / 64, 0);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) place(i, counts);
  std::sort(number_rules_.begin(), number_rules_.end());
  number_rules_.erase(std::unique(number_rules_.begin(), number_rules_.end()), number_rules_.end());
  for (KeyTable* table :
       {&by_text_, &whole_, &numbers_, &component_, &ending_, &beginning_, &grams_, &after_equal_, &pairs_, &wide_})
    table->build();
}

void LiteralIndex::place(std::uint32_t number, const TextCounts& counts) {
  Entry& e = entries_[number];
  const std::string_view text = e.literal.text;
  by_text_.add(text_key(e.literal), number);
  switch (e.engine) {
    case Engine::whole:
      whole_sizes_ |= std::uint64_t{1} << std::min<std::size_t>(text.size(), 63);
      whole_.add(hash_text(text), number);
      break;
    case Engine::number:
      numbers_.add(hash_text(text), number);
      number_rules_.insert(number_rules_.end(), e.rules.begin(), e.rules.end());
      break;
    case Engine::component: {
      const std::size_t back = text.rfind('\\');
      component_.add(hash_text(text.substr(back != std::string_view::npos ? back : text.rfind('/'))), number);
      break;
    }
    case Engine::ending: {
      const std::size_t size = std::min(text.size(), kEndMax);
      add_size(ending_sizes_, size);
      ending_.add(ends_key(text.substr(text.size() - size)), number);
      break;
    }
    case Engine::beginning: {
      const std::size_t size = std::min(text.size(), kEndMax);
      add_size(beginning_sizes_, size);
      beginning_.add(ends_key(text.substr(0, size)), number);
      break;
    }
    case Engine::grams: {
      std::uint32_t least = 0xFFFFFFFF;
      for (std::uint32_t i = 0; i + 4 <= text.size(); ++i) {
        const std::uint32_t count = counts.of_gram(load_gram(text.data() + i));
        if (count >= least) continue;
        least = count;
        e.offset = i;
      }
      const std::uint32_t gram = load_gram(text.data() + e.offset);
      gram_bits_.add(gram);
      grams_.add(mix(gram, gram), number);
      break;
    }
    case Engine::after_equal: {
      e.offset = static_cast<std::uint32_t>(anchor_of(e.literal.text));
      const auto key = load_word<std::uint64_t>(text.data() + e.offset + 1);
      after_equal_.add(mix(key, key), number);
      break;
    }
    case Engine::pairs: {
      const auto pair = load_word<std::uint16_t>(text.data());
      set_bit(pair_bits_, pair);
      pairs_.add(mix(pair, pair), number);
      break;
    }
    case Engine::wide: {
      e.offset = static_cast<std::uint32_t>(first_wide(e.literal.text));
      const auto pair = load_word<std::uint16_t>(text.data() + e.offset);
      wide_.add(mix(pair, pair), number);
      break;
    }
  }
}

Engine LiteralIndex::engine_of(const Literal& literal) const {
  for (const std::uint32_t number : by_text_.find(text_key(literal)))
    if (entries_[number].literal == literal) return entries_[number].engine;
  return Engine::grams;  // it was not added: no scan can find it either
}

}  // namespace stopwarden::sigma
