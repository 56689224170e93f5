// SPDX-License-Identifier: Apache-2.0
// A planner changes which fields an event carries, and nothing else about it.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "sources/json/json_test_support.h"

namespace stopwarden::json {
namespace {

using testing::Keeper;
using testing::Lines;
using testing::Read;
using testing::Wanted;

/// Chooses the same fields for every event and writes down what it was asked.
class FixedPlanner final : public FieldPlanner {
 public:
  const FieldChoice& choose(std::string_view channel, std::string_view provider,
                            std::optional<std::uint32_t> event_id) override {
    asked.push_back(std::string(channel) + "/" + std::string(provider) + "/" +
                    (event_id ? std::to_string(*event_id) : "-"));
    return choice;
  }
  FieldChoice choice;
  Lines asked;
};

/// Keeps each event as it came and once more with all its fields.
class BothKeeper final : public EventSink {
 public:
  BothKeeper(Read& chosen, Read& all, const FieldTable& table) : chosen_(chosen, table), all_(all, table) {}
  void on_event(const Event& e) override {
    const Event all = with_all_fields(e);
    const Event again = with_all_fields(e);
    EXPECT_EQ(again.fields.data(), all.fields.data());
    all_.on_event(all);
    chosen_.on_event(e);  // its views must have outlived the second reading
    if (e.choice == nullptr) ++without_choice;
    if (e.choice == nullptr) return;
    for (const FieldValue& f : e.fields) EXPECT_TRUE(e.choice->contains(f.field));
  }
  void on_drop(const Error& e) override { chosen_.on_drop(e); }
  void on_oddity(const Error& e) override { chosen_.on_oddity(e); }
  std::size_t without_choice = 0;

 private:
  Keeper chosen_, all_;
};

struct Planned {
  Read chosen, all;
  std::size_t without_choice;
};

Planned run_planned(std::string_view input, const Wanted& wanted, FixedPlanner& planner) {
  Planned out;
  BothKeeper keeper(out.chosen, out.all, wanted.table());
  const auto source = make_json({&wanted.fields(), &planner});
  source->parse(as_bytes(input), 0, 0, keeper);
  out.without_choice = keeper.without_choice;
  return out;
}

Read run_plain(std::string_view input, const Wanted& wanted) {
  Read out;
  Keeper keeper(out, wanted.table());
  make_json({&wanted.fields()})->parse(as_bytes(input), 0, 0, keeper);
  return out;
}

/// One event a shape, with what is special about it: values before the names of the event, duplicates, numbered values.
constexpr std::string_view kInput =
    // evtx_dump, with unnamed Data and a GUID
    R"({"Event":{"EventData":{"Data":["one","two \"2\""],"LogonGuid":"0123abcd-0000-0000-0000-000000000001"},)"
    R"("System":{"Provider":{"#attributes":{"Name":"P"}},"EventID":{"#attributes":{"Qualifiers":1},"#text":7036},)"
    R"("Channel":"System","Computer":"H","EventRecordID":5,)"
    R"("TimeCreated":{"#attributes":{"SystemTime":"2020-08-05T02:09:26Z"}}}}})"
    "\n"
    // winlogbeat, the id under its second name
    R"({"winlog":{"event_data":{"Image":"C:\\a.exe"},"channel":"C","provider_name":"P2"},"event":{"code":"1"},)"
    R"("host":{"name":"h2"},"@timestamp":"2020-08-05T02:09:26Z"})"
    "\n"
    // nxlog, the channel behind the values
    R"({"Image":"C:\\b.exe","Image":"twice","Keywords":-9223372036854775808,"EventTime":"2020-08-05 02:09:26",)"
    R"("EventReceivedTime":"2020-08-05 02:09:29","@timestamp":"2020-08-05T06:09:31Z","EventID":"4688",)"
    R"("Hostname":"h3","SourceName":"P3","Channel":"Security","RecordNumber":17})"
    "\n"
    // powershell
    R"({"Id":4104,"LogName":"L","ProviderName":"P4","MachineName":"h4","Properties":[{"Value":1},{"Value":"two"}]})"
    "\n"
    // generic: no channel, no id
    R"({"user":{"name":"ü","n":1.50},"empty":{},"time":1600000000})"
    "\n"
    // not read at all
    R"({"a":nope})"
    "\n";

const Lines kAsked{"System/P/7036", "C/P2/1", "Security/P3/4688", "L/P4/4104", "//-"};

TEST(JsonPlanner, AllFieldsAndTheHeadAreTheSameWhateverIsChosen) {
  const Wanted wanted({"*", "Image", "param1", "param2", "EventID", "Computer", "LogonGuid", "Keywords"});
  const Read plain = run_plain(kInput, wanted);
  ASSERT_EQ(plain.events.size(), 5u);
  FixedPlanner everything, nothing, some;
  everything.choice.add_all_values();
  some.choice.add(*wanted.table().find("Image"));
  some.choice.add(*wanted.table().find("param2"));
  some.choice.add(*wanted.table().find("EventID"));
  for (FixedPlanner* planner : {&everything, &nothing, &some}) {
    const Planned got = run_planned(kInput, wanted, *planner);
    EXPECT_EQ(got.all.events, plain.events);
    EXPECT_EQ(got.all.kinds, plain.kinds);
    EXPECT_EQ(got.chosen.heads, plain.heads);
    EXPECT_EQ(got.chosen.origins, plain.origins);
    EXPECT_EQ(got.chosen.raws, plain.raws);
    EXPECT_EQ(got.chosen.drops, plain.drops);
    EXPECT_EQ(got.without_choice, 0u);
    EXPECT_EQ(planner->asked, kAsked);
  }
}

TEST(JsonPlanner, AnEventCarriesWhatIsChosenInTheOrderOfTheRecord) {
  const Wanted wanted({"Image", "param1", "param2", "EventID", "Computer", "Keywords", "user.n"});
  FixedPlanner everything, nothing, some;
  everything.choice.add_all_values();
  some.choice.add(*wanted.table().find("param2"));
  some.choice.add(*wanted.table().find("Image"));
  some.choice.add(*wanted.table().find("Computer"));
  EXPECT_EQ(run_planned(kInput, wanted, everything).chosen.events, run_plain(kInput, wanted).events);
  EXPECT_EQ(run_planned(kInput, wanted, nothing).chosen.events, (Lines{"", "", "", "", ""}));
  EXPECT_EQ(run_planned(kInput, wanted, some).chosen.events,
            (Lines{"param2=two \"2\"|Computer=H", "Image=C:\\a.exe|Computer=h2",
                   "Image=C:\\b.exe|Image=twice|Computer=h3", "Computer=h4|param2=two", ""}));
}

/// The planner is asked for each event anew, and its answer holds for that event only.
class AlternatingPlanner final : public FieldPlanner {
 public:
  explicit AlternatingPlanner(FieldId id) { choice_[1].add(id); }
  const FieldChoice& choose(std::string_view, std::string_view, std::optional<std::uint32_t> event_id) override {
    return choice_[event_id.value_or(0) & 1];
  }

 private:
  FieldChoice choice_[2];
};

TEST(JsonPlanner, TheChoiceIsMadeByEvent) {
  const Wanted wanted({"a"});
  AlternatingPlanner planner(*wanted.table().find("a"));
  std::string input;
  for (int id = 1; id <= 4; ++id) input += "{\"a\":\"x\",\"Channel\":\"C\",\"EventID\":" + std::to_string(id) + "}\n";
  Read got;
  Keeper keeper(got, wanted.table());
  make_json({&wanted.fields(), &planner})->parse(as_bytes(input), 0, 0, keeper);
  EXPECT_EQ(got.events, (Lines{"a=x", "", "a=x", ""}));
}

}  // namespace
}  // namespace stopwarden::json
