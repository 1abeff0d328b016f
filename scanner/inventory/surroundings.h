#pragma once

namespace dregs {

// Surroundings says what lies beside v2 and changes what its contents mean.
struct Surroundings {
  bool database_in_use = false;  // GitLab: the truth is in PostgreSQL
  bool proxy_cache = false;      // scheduler-state.json or the config says so
};

}  // namespace dregs
