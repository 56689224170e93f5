// SPDX-License-Identifier: Apache-2.0
// Where a syslog input may be cut: in front of records, or between octet-counted frames.
#pragma once
#include "sources/syslog/facts.h"
#include "sources/syslog/line.h"
#include "sources/text/records.h"

namespace stopwarden::syslog {

inline constexpr std::size_t kFrameMax = text::kLineMax;  ///< octets of a frame; relays take 8 to 64 KiB

/// Has state; one object an input.
class Cutter {
 public:
  void begin(const FileFacts& facts, bool live);
  Cut cut(Bytes window, AtEnd at_end);
  static std::size_t window_max() noexcept { return text::kLineMax + 16; }  // a frame with its count

 private:
  Cut cut_frames(std::string_view text, AtEnd at_end);
  std::size_t skip_line(std::string_view text);

  text::RecordCutter records_{&starts_record};
  bool octet_counted_ = false;
  std::size_t skip_left_ = 0;                 // of a frame that is too long
  bool lost_ = false, in_lost_line_ = false;  // between frames, where no count is
};

/// One frame at the start of `text`: its content. Empty when it is not whole or none; `length` is then 0.
std::string_view frame_at(std::string_view text, std::size_t& length) noexcept;

}  // namespace stopwarden::syslog
