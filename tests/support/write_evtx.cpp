// SPDX-License-Identifier: Apache-2.0
// write_evtx IN.evtxt OUT.evtx      writes the file a description asks for
// write_evtx --want IN.evtxt        prints what a reader should make of it, one JSON object an event
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "support/evtx_text.h"
#include "support/evtx_writer.h"

namespace {

std::optional<stopwarden::test::Description> load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cerr << path << ": cannot be read\n";
    return std::nullopt;
  }
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::vector<stopwarden::Diagnostic> problems;
  auto description = stopwarden::test::parse_evtxt(text, path, problems);
  for (const auto& problem : problems) std::cerr << stopwarden::to_string(problem) << '\n';
  return description;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: write_evtx IN.evtxt OUT.evtx | write_evtx --want IN.evtxt\n";
    return 2;
  }
  const std::string first = argv[1], second = argv[2];
  const bool want = first == "--want";
  const auto description = load(want ? second : first);
  if (!description) return 1;
  if (want) {
    std::cout << stopwarden::test::expected_events(*description);
    return 0;
  }
  const auto file = stopwarden::test::write_evtx(*description);
  if (!file) {
    std::cerr << first << ':' << file.error().offset << ": " << file.error().what << '\n';
    return 1;
  }
  std::ofstream out(second, std::ios::binary);
  out << file.value();
  out.close();
  if (!out) {
    std::cerr << second << ": cannot be written\n";
    return 1;
  }
  return 0;
}
