// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/regex_literals.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>

namespace stopwarden::sigma {
namespace {

constexpr int kLiteralMin = 3;            // bytes; shorter texts are everywhere
constexpr std::size_t kLiteralsMax = 64;  // an expression that unfolds to more says too little

/// The longest stretch of `s` that is ASCII.
std::string ascii_stretch(const std::string& s) {
  std::string best, now;
  for (const char c : s) {
    if (static_cast<unsigned char>(c) < 0x80)
      now.push_back(c);
    else
      now.clear();
    if (now.size() > best.size()) best = now;
  }
  return best;
}

/// Can the only expression of `filter` match a text that holds all atoms but `without`?
bool possible(const re2::FilteredRE2& filter, std::size_t atoms, std::size_t without) {
  std::vector<int> held, passed;
  for (std::size_t i = 0; i < atoms; ++i)
    if (i != without) held.push_back(static_cast<int>(i));
  filter.AllPotentials(held, &passed);
  return !passed.empty();
}

}  // namespace

std::vector<std::string> required_literals(const re2::RE2& expression) {
  re2::FilteredRE2 filter(kLiteralMin);
  int id = 0;
  if (filter.Add(expression.pattern(), expression.options(), &id) != RE2::NoError) return {};
  std::vector<std::string> atoms;
  filter.Compile(&atoms);
  if (atoms.empty() || atoms.size() > kLiteralsMax) return {};
  std::vector<int> passed;
  filter.AllPotentials({}, &passed);
  if (!passed.empty()) return {};  // there are matches without any of them

  // The filter is an and-or tree of the atoms: one without which nothing passes says more than all of them together.
  std::string alone;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    if (possible(filter, atoms.size(), i)) continue;
    std::string one = ascii_stretch(atoms[i]);
    if (one.size() > alone.size()) alone = std::move(one);
  }
  if (alone.size() >= kLiteralMin) return {std::move(alone)};
  std::vector<std::string> out;
  for (const std::string& atom : atoms) {
    std::string one = ascii_stretch(atom);
    if (one.size() < kLiteralMin) return {};
    if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace stopwarden::sigma
