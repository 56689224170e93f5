// SPDX-License-Identifier: Apache-2.0
// Where findings go: the outputs asked for with -f, each with its format, its file and its order.
#pragma once
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "finding/order.h"
#include "output/formats.h"

namespace stopwarden::cli {

/// A stdio file as a ByteSink; keeps why it failed.
class FileSink final : public ByteSink {
 public:
  /// Borrows `file` (stdout). Lines reach the reader at once when `flush` is set.
  enum class Flush : std::uint8_t { at_end, each_write };
  FileSink(std::FILE* file, std::string name, Flush flush) : file_(file), name_(std::move(name)), flush_(flush) {}
  bool write(std::string_view bytes) override;
  bool flush();
  const std::string& name() const { return name_; }
  const std::string& why() const { return why_; }

 private:
  std::FILE* file_;
  std::string name_, why_;
  Flush flush_;
};

/// Takes findings in the order of the input and gives each output what it wants: at once, where the input is a pipe and
/// the format streams; else sorted and merged at the end.
class Outputs final : public FindingSink {
 public:
  enum class Overwrite : std::uint8_t { no, yes };
  enum class Input : std::uint8_t { files, pipe };
  /// Opens everything that was asked for: "jsonl", "csv=FILE". At most one may go to stdout; nothing asked means text
  /// on stdout. Returns what is wrong with the request, for a person; empty when all is well.
  std::string open(const std::vector<std::string>& requests, Overwrite overwrite, Input input);
  void on_finding(const Finding& finding) override;
  /// Writes what is left. Returns the problems met (a full disk, a spill file that could not be read back), one a line.
  std::vector<std::string> finish();

 private:
  struct Closer {
    void operator()(std::FILE* f) const noexcept { std::fclose(f); }
  };
  struct Output {
    const OutputFormat* format = nullptr;
    std::unique_ptr<std::FILE, Closer> file;  // empty for stdout
    std::unique_ptr<FileSink> sink;
    std::unique_ptr<FindingWriter> writer;
    std::unique_ptr<FindingOrder> order;  // empty where findings are written as they come
  };
  std::string add(const std::string& request, Overwrite overwrite, Input input);

  std::deque<Output> outputs_;
};

}  // namespace stopwarden::cli
