// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/h5_data.h"
#include "core/runs/run_store.h"

#include <string>
#include <vector>

/// The groups of a snapshot, each written by one function into the open group /run. All throw h5::Failure.
namespace toeplab::core::layout
{

void writeTraining(hid_t run, const MetricsColumns& rows);
void writeValidation(hid_t run, const std::vector<ValidationRow>& rows);
void writeEvents(hid_t run, const std::vector<RunEvent>& events);
void writeKernels(hid_t run, const RunStore& store);
void writeAnalysis(hid_t run, const RunStore& store);

/// Makes a group a curve, image or stack that other programs plot by themselves (NXdata): the signal over its axes, all
/// of them direct children.
void describePlot(const h5::Handle& group, const std::string& title, const std::string& signal,
                  const std::vector<std::string>& axes);
void describeValues(const h5::Handle& dataset, const std::string& long_name, const std::string& units);
/// The dataset `step` as a dimension scale.
h5::Handle writeStepAxis(hid_t group, const std::vector<std::int64_t>& steps);

} // namespace toeplab::core::layout
