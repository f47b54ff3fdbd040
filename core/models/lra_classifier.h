// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/classifier.h"
#include "core/models/network.h"

namespace toeplab::core
{

/// What an experiment does not decide: set by the published decoder's configuration.
struct ClassifierOptions {
    std::string pair_act = "gelu"; ///< of the retrieval head
};

/// makeClassifier with those options.
[[nodiscard]] Result<std::unique_ptr<Classifier>> makeLraClassifier(const Experiment& experiment,
                                                                    const TaskShape& shape, std::uint64_t seed,
                                                                    at::ScalarType dtype,
                                                                    const ClassifierOptions& options);

} // namespace toeplab::core
