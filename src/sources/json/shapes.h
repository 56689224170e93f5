// SPDX-License-Identifier: Apache-2.0
// The ways programs write events as JSON, and what their parts mean.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "event/event.h"
#include "event/field.h"
#include "sources/json/paths.h"
#include "sources/json/tree.h"

namespace stopwarden::json {

/// Indices into path_rules().
enum RulesIndex : std::uint8_t {
  kSystemRules,  ///< the three parts of the event's XML
  kEventDataRules,
  kUserDataRules,
  kWinlogbeatRules,
  kWinlogbeat6Rules,
  kNxlogRules,
  kFlatRules,
  kPowerShellRules,
  kArtemisRules,
  kJournalRules,
  kEsloggerRules,
  kUnifiedLogRules,
  kUnifiedLogArtemisRules,
  kZeekRules,
  kVcenterRules,
  kGenericRules,
  kCloudTrailRules,
  kAzureRules,
  kGcpRules,
  kKubernetesRules,
  kBeatsCloudRules,
  kOcsfRules,
  kM365Rules,
  kOktaRules,
  kGithubRules,
  kBitbucketRules,
  kOneLoginRules,
  kDuoRules,
  kRulesCount
};

/// What stands at the top of an object, as far as a shape is told by it.
struct Marks {
  std::uint32_t event = 0, system = 0, source = 0, result = 0;  ///< nodes of objects; 0: not there
  std::uint64_t seen = 0;                                       ///< a bit for each Mark
  static_assert(static_cast<unsigned>(Mark::kCount) <= 64);
  bool maybe_wrapper = false;  ///< the first array or object is an array of objects under a wrapper's name

  void add(Mark mark) noexcept { seen |= std::uint64_t{1} << static_cast<unsigned>(mark); }
  bool has(Mark mark) const noexcept { return ((seen >> static_cast<unsigned>(mark)) & 1) != 0; }
};

/// Reads the top of object `root`: node 0, or the object that a search engine put the event into.
Marks read_marks(const Tree& tree, std::uint32_t root);

/// The object that is the event, and what stands at its top.
struct EventPlace {
  std::uint32_t root = 0;
  Marks marks;
};
/// Node 0, or the object in it that a search engine, a bus or a queue put the event into: _source, result, detail, ...
EventPlace event_place(const Tree& tree, const Marks& top);

/// Where a shape's own code puts values that no path of the object holds as they are.
class DerivedValues {
 public:
  virtual ~DerivedValues() = default;
  /// Is the field asked of this event? Ask before work is done for it.
  virtual bool wants(std::string_view field) const = 0;
  /// Adds a value, if it is asked for. `text` lives as long as the event: a view of the tree, or made in arena().
  virtual void add(std::string_view field, ValueKind kind, std::string_view text) = 0;
  virtual Arena& arena() = 0;
  /// For shapes that look their names up once: as above, by id. Does the event have a value of the field already?
  virtual bool has(FieldId field) const = 0;
  virtual void add(FieldId field, ValueKind kind, std::string_view text) = 0;
  virtual const WantedFields& wanted() const = 0;
  /// What the shape's code keeps from one event to the next; empty at first. Nobody else touches it.
  virtual std::shared_ptr<void>& kept() = 0;
};

/// One way of writing events. The first row whose `recognise` says yes is taken; the last takes everything.
struct Shape {
  std::string_view name;
  std::string_view meaning;
  bool (*recognise)(const Marks& marks);
  RulesIndex rules;
  std::string_view log{};  ///< Event::channel where the object names none (log_name.h)
  /// Completes the head (provider, host) once the roles are read, before fields are chosen. `root`: the event's object.
  void (*head)(const Tree& tree, std::uint32_t root, Arena& arena, Event& event) = nullptr;
  /// Adds fields after those of the paths. Must depend on the object alone.
  void (*derive)(const Tree& tree, std::uint32_t root, DerivedValues& out) = nullptr;
};
std::span<const Shape> shapes();
std::span<const PathRules> path_rules();

/// Turns objects into events. Keeps names and memory from one to the next.
class Mapper final : private FieldReader {
 public:
  explicit Mapper(const WantedFields& wanted);
  Mapper(const Mapper&) = delete;
  Mapper& operator=(const Mapper&) = delete;

  /// Fills `event` but for origin and raw, with the fields `planner` chooses (all when it is nullptr). Its views die at
  /// the next map(), and with the tree or its text.
  void map(const Tree& tree, const Marks& top, FieldPlanner* planner, Event& event);

 private:
  struct Slot {
    bool set = false, from_fallback = false;
    std::uint8_t rank = 0;
    ValueKind kind = ValueKind::null;
    std::string_view text;
    FieldId field{};
  };
  /// A value somebody may ask for.
  struct Found {
    const Node* node;
    std::uint32_t path;
    bool is_param = false;  ///< an unnamed <Data>: also param1, param2, ... in the order of coming
    bool is_bytes = false;  ///< `node` is an array of bytes
  };
  struct Value {
    ValueKind kind = ValueKind::null;
    std::string_view text;
  };

  void walk(const Tree& tree, std::uint32_t node, std::uint32_t path);
  void walk_members(const Tree& tree, std::uint32_t node, std::uint32_t path);
  void walk_elements(const Tree& tree, std::uint32_t node);
  void walk_event_data(const Tree& tree, std::uint32_t node);
  void data_item(const Tree& tree, std::uint32_t node);
  void unnamed_data(const Tree& tree, std::uint32_t node);
  void read_roles();
  void fill_fields(const FieldChoice* choice, std::vector<FieldValue>& out);
  class Derived;
  std::span<const FieldValue> all_fields() override;
  bool may_hold(const TextProbe& probe, const Event& event) override {
    return shape_->derive != nullptr || probe.in_record(as_bytes(event.raw), TextProbe::Escapes::json);
  }
  void note_role(const Path& path, const Value& value);
  Value value_of(const Node& node, Convert convert);
  Value value_of(const Found& found);
  std::uint32_t child(const Tree& tree, std::uint32_t path, const Node& node);
  void fill_head(Event& event) const;
  std::optional<EventTime> event_time() const;
  const Slot& slot(Role role) const { return slots_[static_cast<std::size_t>(role)]; }

  PathTable paths_;
  Arena arena_;
  std::vector<Found> found_;
  std::vector<FieldValue> fields_, all_fields_;
  std::array<Slot, static_cast<std::size_t>(Role::kCount)> slots_{};
  std::vector<std::optional<FieldId>> params_;  // param1, param2, ...
  const WantedFields* wanted_;
  const Tree* tree_ = nullptr;               // of the latest event, with its
  const Shape* shape_ = nullptr;             // shape and
  std::uint32_t root_ = 0;                   // object
  std::uint64_t event_ = 0;                  // counts events
  std::uint64_t all_fields_of_ = 0;          // the event that all_fields_ is of
  std::vector<std::shared_ptr<void>> kept_;  // by shape
  std::vector<std::uint64_t> seen_;          // by path: the latest event that had it
};

}  // namespace stopwarden::json
