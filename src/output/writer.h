// SPDX-License-Identifier: Apache-2.0
// What every output format is: findings in, bytes out.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "finding/finding.h"

namespace stopwarden {

/// Where bytes go. The CLI has one for stdout and one for files.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Takes all of `bytes`; false when it cannot (a closed pipe, a full disk), and then for good.
  virtual bool write(std::string_view bytes) = 0;
};

enum class Colour : std::uint8_t { off, on };

struct FormatOptions {
  Colour colour = Colour::off;              ///< text only
  std::size_t width = 0;                    ///< columns of the terminal; 0: nothing is cut (pipes, files)
  std::string version = default_version();  ///< of this program, for metadata.product

  static std::string default_version();
};

/// Writes findings in one format. Each finding is one write() of whole lines where the format streams, so that a reader
/// behind a pipe has it at once.
class FindingWriter : public FindingSink {
 public:
  explicit FindingWriter(ByteSink& out) : out_(out) {}
  /// Writes what is left. Ends the object's use. False when any write failed.
  bool finish() {
    on_finish();
    return ok_;
  }
  /// False once the sink refused bytes; nothing is written from then on, and the CLI need not go on.
  bool ok() const noexcept { return ok_; }

 protected:
  virtual void on_finish() {}
  void put(std::string_view bytes) {
    if (ok_ && !bytes.empty()) ok_ = out_.write(bytes);
  }

 private:
  ByteSink& out_;
  bool ok_ = true;
};

}  // namespace stopwarden
