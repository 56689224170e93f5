// SPDX-License-Identifier: Apache-2.0
#include "sources/bsm/bsm.h"

namespace stopwarden::bsm {
namespace {

/// A unit of praudit's XML begins with "<record"; no token has the id of "<".
class EitherSource final : public Source {
 public:
  explicit EitherSource(const SourceOptions& options) : trail_(make_trail(options)), xml_(make_praudit(options)) {}
  Cut cut(Bytes window, AtEnd at_end) override {
    if (cutter_ == nullptr && !window.empty()) cutter_ = is_text(window.front()) ? xml_.get() : trail_.get();
    return cutter_ == nullptr ? Cut{} : cutter_->cut(window, at_end);
  }
  std::uint64_t parse(Bytes unit, std::uint64_t offset, std::uint64_t first_record, EventSink& sink) override {
    Source& source = !unit.empty() && unit.front() == std::byte{'<'} ? *xml_ : *trail_;
    return source.parse(unit, offset, first_record, sink);
  }
  std::size_t window_max() const noexcept override { return trail_->window_max(); }

 private:
  static bool is_text(std::byte first) noexcept {
    return first == std::byte{'<'} || first == std::byte{' '} || first == std::byte{'\n'} || first == std::byte{'\r'};
  }
  std::unique_ptr<Source> trail_, xml_;
  Source* cutter_ = nullptr;  // what the first window was
};

}  // namespace

bool sniff_bsm(Bytes head) { return sniff_trail(head) || sniff_praudit(head); }

std::unique_ptr<Source> make_bsm(const SourceOptions& options) { return std::make_unique<EitherSource>(options); }

}  // namespace stopwarden::bsm
