// SPDX-License-Identifier: Apache-2.0
#include "pipeline/belt.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

namespace stopwarden {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kThreadCounts[] = {1, 2, 3, 8};
constexpr std::uint64_t kBlocksOfAnInput[] = {1, 2, 7, 1'000'000};

/// What the fake workers do with a block.
struct Plan {
  std::function<void(std::uint64_t offset)> before = [](std::uint64_t) {};
  std::size_t findings = 1;            ///< of a block
  std::size_t bytes_of_a_finding = 1;  ///< as told to the valve
};

/// Gives findings whose uid names block and place: "17.0".
class FakeWorker final : public BlockWorker {
 public:
  explicit FakeWorker(const Plan& plan) : plan_(plan) {}
  void work(const Block& block, BlockResult& result, ResultValve& valve) override {
    threads.insert(std::this_thread::get_id());
    plan_.before(block.offset);
    for (std::size_t i = 0; i < plan_.findings; ++i) {
      Finding& f = result.findings.emplace_back();
      f.uid = std::to_string(block.offset) + "." + std::to_string(i);
      ++result.events;
      valve.on_grown(plan_.bytes_of_a_finding);
    }
    result.records = 1;
  }
  std::set<std::thread::id> threads;

 private:
  const Plan& plan_;
};

/// Notes what comes, and the most that waited.
class Notes final : public ResultSink {
 public:
  void on_result(const Block& block, BlockResult& result, Part part) override {
    before(block.offset);
    EXPECT_FALSE(inside.exchange(true)) << "two threads at once";
    most_findings = std::max(most_findings, result.findings.size());
    for (const Finding& f : result.findings) uids.push_back(f.uid);
    events += result.events;
    parts += part == Part::early ? 1u : 0u;
    if (part == Part::final) blocks.push_back(block.offset);
    inside = false;
  }
  std::function<void(std::uint64_t)> before = [](std::uint64_t) {};
  std::atomic<bool> inside{false};
  std::vector<std::string> uids;
  std::vector<std::uint64_t> blocks;
  std::uint64_t events = 0, parts = 0;
  std::size_t most_findings = 0;
};

struct Conveyed {
  Plan plan;
  Notes notes;
  std::function<void(std::uint64_t)> while_filling = [](std::uint64_t) {};
  std::atomic<bool> filling{false};
  std::optional<Belt> kept;
  Belt& belt;
  explicit Conveyed(std::size_t threads)
      : belt(kept.emplace(
            threads, [this] { return std::make_unique<FakeWorker>(plan); }, notes)) {}
  /// After an error another thread may still be merging, until the belt is gone.
  const Notes& notes_at_the_end() {
    kept.reset();
    return notes;
  }
  /// Inputs of `each` blocks; the last may have fewer.
  void feed(std::uint64_t blocks, std::uint64_t each = 1'000'000) {
    for (std::uint64_t i = 0; i < blocks;) {
      const std::uint64_t end = std::min(blocks, i + each);
      belt.run([&](Block& block) {
        EXPECT_FALSE(filling.exchange(true)) << "two threads at once";
        while_filling(i);
        block.offset = i++;
        block.last = i == end;
        filling = false;
      });
      ASSERT_EQ(i, end) << "nothing is filled after run() returned";
    }
  }
  void expect_all(std::uint64_t blocks) const {
    std::vector<std::uint64_t> want(blocks);
    for (std::uint64_t i = 0; i < blocks; ++i) want[i] = i;
    EXPECT_EQ(notes.blocks, want);
    std::vector<std::string> uids;
    for (std::uint64_t i = 0; i < blocks; ++i)
      for (std::size_t k = 0; k < plan.findings; ++k) uids.push_back(std::to_string(i) + "." + std::to_string(k));
    EXPECT_EQ(notes.uids, uids);
    EXPECT_EQ(notes.events, blocks * plan.findings);
  }
};

TEST(Belt, ResultsComeInTheOrderOfTheBlocks) {
  for (const std::size_t threads : kThreadCounts) {
    for (const std::uint64_t each : kBlocksOfAnInput) {
      Conveyed run(threads);
      // Blocks take their time in no order: of every seven the first is the slowest.
      run.plan.before = [](std::uint64_t n) {
        std::this_thread::sleep_for(std::chrono::microseconds(n % 7 == 0 ? 700 : 20));
      };
      run.feed(200, each);
      run.belt.finish();
      run.expect_all(200);
      EXPECT_LE(run.belt.workers().size(), threads);
      EXPECT_GE(run.belt.workers().size(), std::min<std::size_t>(threads, 2));
    }
  }
}

TEST(Belt, OneThreadIsAPlainCall) {
  Conveyed run(1);
  for (std::uint64_t i = 0; i < 3; ++i) {
    run.feed(1);
    EXPECT_EQ(run.notes.blocks.size(), i + 1) << "done when run() returns";
  }
  run.belt.finish();
  ASSERT_EQ(run.belt.workers().size(), 1u);
  const auto& worker = static_cast<const FakeWorker&>(*run.belt.workers().front());
  EXPECT_EQ(worker.threads, std::set<std::thread::id>{std::this_thread::get_id()});
}

TEST(Belt, NothingAndOneBlockNeedNoHelper) {
  for (const std::size_t threads : kThreadCounts) {
    Conveyed none(threads);
    none.belt.finish();
    EXPECT_TRUE(none.belt.workers().empty());
    Conveyed one(threads);
    one.feed(1);
    one.belt.finish();
    one.expect_all(1);
    ASSERT_EQ(one.belt.workers().size(), 1u);
    EXPECT_TRUE(
        static_cast<const FakeWorker&>(*one.belt.workers().front()).threads.contains(std::this_thread::get_id()));
  }
}

/// A pipe holds up whoever fills: what came before must be done meanwhile.
TEST(Belt, BlocksAreDoneWhileTheNextOneIsWaitedFor) {
  for (const std::size_t threads : kThreadCounts) {
    Conveyed run(threads);
    std::atomic<std::uint64_t> merged{0};
    run.notes.before = [&](std::uint64_t) { ++merged; };
    run.while_filling = [&](std::uint64_t i) {
      for (int waited = 0; merged < i && waited < 10'000; ++waited) std::this_thread::sleep_for(1ms);
      EXPECT_EQ(merged, i) << threads << " threads";
    };
    run.feed(20);
    run.belt.finish();
  }
}

TEST(Belt, TheNextInputIsOpenedWhileTheLastBlockIsWorkedOn) {
  for (const std::size_t threads : kThreadCounts) {
    if (threads == 1) continue;
    Conveyed run(threads);
    std::atomic<std::uint64_t> begun{0};
    run.plan.before = [&](std::uint64_t) { ++begun; };
    run.feed(2, 1);
    for (int waited = 0; begun == 0 && waited < 10'000; ++waited) std::this_thread::sleep_for(1ms);
    EXPECT_GE(begun, 1u) << "by a helper";
    run.belt.finish();
    run.expect_all(2);
  }
}

TEST(Belt, ASlowSinkHoldsTheFillingUp) {
  for (const std::size_t threads : kThreadCounts) {
    for (const std::uint64_t each : kBlocksOfAnInput) {
      Conveyed run(threads);
      std::atomic<std::uint64_t> merged{0}, most{0};
      run.notes.before = [&](std::uint64_t) {
        std::this_thread::sleep_for(20us);
        ++merged;
      };
      run.while_filling = [&](std::uint64_t i) { most = std::max(most.load(), i - std::min(i, merged.load())); };
      run.feed(1000, each);
      run.belt.finish();
      run.expect_all(1000);
      EXPECT_LE(most, threads * Belt::kPlacesPerThread);
    }
  }
}

/// One block takes as long as many others, which are done meanwhile.
TEST(Belt, ASlowBlockHoldsNobodyUpSoon) {
  for (const std::size_t threads : kThreadCounts) {
    if (threads == 1) continue;
    Conveyed run(threads);
    std::atomic<std::uint64_t> begun{0};
    run.plan.before = [&](std::uint64_t n) {
      ++begun;
      for (int waited = 0; n == 0 && begun < Belt::kPlacesPerThread && waited < 10'000; ++waited)
        std::this_thread::sleep_for(1ms);
      EXPECT_TRUE(n != 0 || begun >= Belt::kPlacesPerThread);
    };
    run.feed(Belt::kPlacesPerThread * 2);
    run.belt.finish();
    run.expect_all(Belt::kPlacesPerThread * 2);
  }
}

TEST(Belt, ManyResultsAreGivenEarly) {
  for (const std::size_t threads : kThreadCounts) {
    Conveyed run(threads);
    run.plan.findings = 300;
    run.plan.bytes_of_a_finding = Belt::kResultBytesPerThread / 16;
    run.plan.before = [](std::uint64_t n) { std::this_thread::sleep_for(std::chrono::microseconds(n % 3 * 200)); };
    run.feed(40);
    run.belt.finish();
    run.expect_all(40);
    EXPECT_GE(run.notes.parts, 40u) << "a block alone has more than may wait";
    // One block may hold what all of them may, and one finding more.
    EXPECT_LE(run.notes.most_findings, 16 * threads + 1);
  }
}

TEST(Belt, LongBlocksWaitForEachOther) {
  for (const std::size_t threads : kThreadCounts) {
    Conveyed run(threads);
    std::atomic<std::size_t> held{0}, most{0};
    constexpr std::size_t kLong = 3 * Belt::kGrownBytesPerThread;
    run.plan.before = [&](std::uint64_t) {
      std::this_thread::sleep_for(100us);
      held -= kLong;
    };
    bool clear = true;
    std::uint64_t i = 0;
    run.belt.run([&](Block& block) {
      clear = clear && block.bytes.size() <= kBlockBytes && block.input.empty() && block.pieces.empty();
      run.belt.room_for(kLong);
      block.bytes.resize(kLong);
      block.input = "long";
      block.pieces.resize(3);
      most = std::max(most.load(), held += kLong);
      block.offset = i;
      block.last = ++i == 24;
    });
    run.belt.finish();
    run.expect_all(24);
    EXPECT_LE(most, std::max(kLong, threads * Belt::kGrownBytesPerThread));
    EXPECT_TRUE(clear) << "a long block is given back";
  }
}

TEST(Belt, AnErrorOfAWorkerComesOutAndHangsNobody) {
  for (const std::size_t threads : kThreadCounts) {
    for (const std::uint64_t bad : {0u, 1u, 50u}) {
      Conveyed run(threads);
      run.plan.before = [bad](std::uint64_t n) {
        if (n == bad) throw std::runtime_error("block " + std::to_string(n));
      };
      std::string what;
      try {
        run.feed(100);
        run.belt.finish();
      } catch (const std::runtime_error& e) {
        what = e.what();
      }
      EXPECT_EQ(what, "block " + std::to_string(bad)) << threads;
      EXPECT_LE(run.notes_at_the_end().blocks.size(), bad) << "nothing behind the bad block is given";
    }
  }
}

TEST(Belt, AnErrorOfTheFillingComesOutAndHangsNobody) {
  for (const std::size_t threads : kThreadCounts) {
    for (const std::uint64_t bad : {0u, 1u, 50u}) {
      Conveyed run(threads);
      run.while_filling = [bad](std::uint64_t n) {
        if (n == bad) throw std::runtime_error("fill");
      };
      EXPECT_THROW(
          {
            run.feed(100);
            run.belt.finish();
          },
          std::runtime_error);
      EXPECT_LE(run.notes_at_the_end().blocks.size(), bad);
    }
  }
}

/// Others may wait for their turn when it happens.
TEST(Belt, AnErrorOfTheSinkComesOutAndHangsNobody) {
  for (const std::size_t threads : kThreadCounts) {
    Conveyed run(threads);
    run.plan.findings = 50;
    run.plan.bytes_of_a_finding = Belt::kResultBytesPerThread;
    run.notes.before = [](std::uint64_t n) {
      if (n == 9) throw std::runtime_error("sink");
    };
    EXPECT_THROW(
        {
          run.feed(100);
          run.belt.finish();
        },
        std::runtime_error);
    EXPECT_EQ(run.notes_at_the_end().blocks.size(), 9u);
  }
}

TEST(Belt, AWorkerThatCannotBeMadeIsAnError) {
  for (const std::size_t threads : kThreadCounts) {
    Notes notes;
    Belt belt(
        threads, []() -> std::unique_ptr<BlockWorker> { throw std::bad_alloc(); }, notes);
    EXPECT_THROW(
        {
          belt.run([i = 0](Block& block) mutable { block.last = ++i == 100; });
          belt.finish();
        },
        std::bad_alloc);
  }
}

TEST(Belt, LeftWithoutAnEndItJoins) {
  for (const std::size_t threads : kThreadCounts) {
    Conveyed run(threads);
    run.plan.findings = 50;
    run.plan.bytes_of_a_finding = Belt::kResultBytesPerThread;
    run.feed(30);
  }
}

}  // namespace
}  // namespace stopwarden
