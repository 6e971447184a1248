#include "server/pipeline/row_buffer_pool.h"

#include <gtest/gtest.h>

#include <utility>

namespace clip::server {
namespace {

TEST(RowBufferPoolTest, GivesRowsOfTheRightSize) {
  RowBufferPool pool(12, 2);
  EXPECT_EQ(pool.Acquire().values().size(), 12U);
}

TEST(RowBufferPoolTest, ReusesMemory) {
  RowBufferPool pool(12, 2);
  const float* memory = pool.Acquire().values().data();
  EXPECT_EQ(pool.idle(), 1U);
  EXPECT_EQ(pool.Acquire().values().data(), memory);
}

TEST(RowBufferPoolTest, KeepsABoundedNumberOfIdleRows) {
  RowBufferPool pool(12, 2);
  {
    const RowBuffer a = pool.Acquire();
    const RowBuffer b = pool.Acquire();
    const RowBuffer c = pool.Acquire();
    EXPECT_EQ(pool.idle(), 0U);
  }
  EXPECT_EQ(pool.idle(), 2U);
}

TEST(RowBufferPoolTest, AMovedRowGoesBackOnce) {
  RowBufferPool pool(12, 4);
  {
    RowBuffer row = pool.Acquire();
    RowBuffer moved = std::move(row);
    RowBuffer assigned;
    assigned = std::move(moved);
    EXPECT_EQ(assigned.values().size(), 12U);
  }
  EXPECT_EQ(pool.idle(), 1U);
}

TEST(RowBufferPoolTest, AnEmptyBufferHasNoValues) {
  EXPECT_TRUE(RowBuffer().values().empty());
}

}  // namespace
}  // namespace clip::server
