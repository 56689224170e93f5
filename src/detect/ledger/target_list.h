// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "detect/hit.h"

namespace stopwarden::ledger {

/// Command lines and scripts are hostile: these end every loop over them.
struct TargetLimits {
  std::size_t targets_max = 512;          // the longest known kill list in one command has about 300 names
  std::size_t work_bytes_max = 4u << 20;  // text looked at for one event, nested and repeated text counted again
  std::size_t text_bytes_max = 1u << 20;  // one script block has at most about 20 kB, one command line 96 kB
  std::size_t loop_items_max = 512;       // a FOR or foreach over a list
  std::size_t depth_max = 24;             // cmd /c "powershell -c \"cmd /c ...\"", blocks and parentheses of a script
};

/// Collects the targets of one event: each once, up to the limits.
class TargetList {
 public:
  explicit TargetList(const TargetLimits& limits = {}) : limits_(limits), work_left_(limits.work_bytes_max) {}
  /// A systemd unit's name loses ".service", which tools and records write or leave out as they like.
  void add(Target target);
  /// Says whether `bytes` more of text may be looked at.
  bool spend(std::size_t bytes) noexcept {
    const std::size_t cost = bytes + 16;  // so that empty repetitions end too
    if (bytes > limits_.text_bytes_max || cost > work_left_) return false;
    work_left_ -= cost;
    return true;
  }
  const TargetLimits& limits() const noexcept { return limits_; }
  std::vector<Target> take() && { return std::move(targets_); }

 private:
  TargetLimits limits_;
  std::size_t work_left_;
  std::vector<Target> targets_;
};

/// Where a text stands: how deep, and on which other machine its commands act (empty: on the event's own).
struct CommandContext {
  std::size_t depth = 0;
  std::string_view host;
};

/// The name X in "...\Services\X\...": a registry path in any notation (HKLM\, HKLM:\, HKEY_LOCAL_MACHINE\,
/// \REGISTRY\MACHINE\, Registry::, \\host\HKLM\). `below` is what follows the name, without the first backslash.
struct ServiceKey {
  std::string_view name;
  std::string_view below;
};
/// Empty name: no service key.
ServiceKey service_key_of(std::string_view path) noexcept;

}  // namespace stopwarden::ledger
