// SPDX-License-Identifier: Apache-2.0
// /run/training, /run/validation and /run/events.
#include "core/runs/snapshot_layout.h"
#include "core/runs/snapshot_parts.h"

#include <fmt/format.h>

#include <map>
#include <span>

namespace toeplab::core::layout
{

/// A curve, image or stack that programs plot by themselves: the signal over its axes, all direct children.
void describePlot(const h5::Handle& group, const std::string& title, const std::string& signal,
                  const std::vector<std::string>& axes)
{
    h5::setText(group.id(), "NX_class", "NXdata");
    h5::setText(group.id(), "title", title);
    h5::setText(group.id(), "signal", signal);
    h5::setTexts(group.id(), "axes", axes);
    for (std::size_t i = 0; i < axes.size(); ++i)
        h5::setInteger(group.id(), (axes[i] + "_indices").c_str(), static_cast<std::int64_t>(i));
}

void describeValues(const h5::Handle& dataset, const std::string& long_name, const std::string& units)
{
    h5::setText(dataset.id(), "long_name", long_name);
    h5::setText(dataset.id(), "units", units);
}

h5::Handle writeStepAxis(hid_t group, const std::vector<std::int64_t>& steps)
{
    h5::Handle axis = h5::writeRows(group, "step", H5T_STD_I64LE, {steps.size()}, steps.data());
    describeValues(axis, "Step", "optimiser steps");
    h5::makeScale(axis, "step");
    return axis;
}

namespace
{

h5::Handle writeColumn(hid_t group, const std::string& name, hid_t type, hsize_t rows,
                       std::span<const MetricsColumns::Chunk> sealed, std::span<const MetricsColumns::Chunk> tail)
{
    h5::Handle dataset = h5::createChunked(group, name, type, {rows}, {MetricsColumns::kChunkRows});
    hsize_t index = 0;
    for (const auto chunks : {sealed, tail}) {
        for (const MetricsColumns::Chunk& chunk : chunks)
            h5::writeChunk(dataset, index++, MetricsColumns::kChunkRows, chunk);
    }
    return dataset;
}

} // namespace

void writeTraining(hid_t run, const MetricsColumns& rows)
{
    const h5::Handle training = h5::createGroup(run, "training");
    h5::setText(training.id(), "NX_class", "NXcollection");
    h5::setText(training.id(), "default", "loss");
    const MetricsColumns::Encoded tail = rows.encodeTail();
    const auto columns = metricsColumns();
    const auto sealed = [&](std::size_t column) {
        return rows.sealed().reals.empty() ? std::span<const MetricsColumns::Chunk>()
                                           : std::span<const MetricsColumns::Chunk>(rows.sealed().reals[column]);
    };
    // The axes lie in the first curve's group; the others have them by a second name.
    const std::string home(columns.front().name);
    const h5::Handle first = h5::createGroup(training.id(), home);
    const h5::Handle step =
        writeColumn(first.id(), "step", H5T_STD_I64LE, rows.size(), rows.sealed().steps, tail.steps);
    describeValues(step, "Step", "optimiser steps");
    h5::makeScale(step, "step");
    std::vector<std::string> axes = {"step"};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].curve)
            continue;
        describeValues(writeColumn(first.id(), columns[i].name, H5T_IEEE_F64LE, rows.size(), sealed(i), tail.reals[i]),
                       columns[i].label, columns[i].units);
        axes.emplace_back(columns[i].name);
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!columns[i].curve)
            continue;
        const std::string name(columns[i].name);
        const h5::Handle group =
            name == home ? h5::openGroup(training.id(), name) : h5::createGroup(training.id(), name);
        const h5::Handle values = writeColumn(group.id(), name, H5T_IEEE_F64LE, rows.size(), sealed(i), tail.reals[i]);
        describeValues(values, columns[i].label, columns[i].units);
        describePlot(group, columns[i].label, name, {"step"});
        for (const std::string& axis : axes) {
            if (name != home)
                h5::hardLink(training.id(), home + "/" + axis, name + "/" + axis);
            if (axis != "step")
                h5::setInteger(group.id(), (axis + "_indices").c_str(), 0);
        }
        if (columns[i].logarithmic)
            h5::setText(group.id(), "SILX_style", kLogarithmicValues);
        h5::attachScale(values, step, 0);
    }
}

namespace
{

/// Curves of one split; `rows` says which of all validations they are.
void writeSplit(hid_t group, const std::vector<ValidationRow>& rows, const std::string& split)
{
    std::vector<std::int64_t> steps, samples, positions;
    std::vector<double> loss, accuracy;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].split != split)
            continue;
        steps.push_back(rows[i].step);
        samples.push_back(rows[i].samples);
        positions.push_back(static_cast<std::int64_t>(i));
        loss.push_back(rows[i].loss);
        accuracy.push_back(rows[i].accuracy);
    }
    const auto curve = [&](const char* name, const char* label, const char* units, const std::vector<double>& values) {
        const h5::Handle plot = h5::createGroup(group, name);
        const h5::Handle signal = h5::writeRows(plot.id(), name, H5T_IEEE_F64LE, {values.size()}, values.data());
        describeValues(signal, label, units);
        describePlot(plot, fmt::format("{} ({})", label, split), name, {"step"});
        const h5::Handle axis = writeStepAxis(plot.id(), steps);
        h5::attachScale(signal, axis, 0);
        h5::writeRows(plot.id(), "samples", H5T_STD_I64LE, {samples.size()}, samples.data());
        h5::writeRows(plot.id(), "row", H5T_STD_I64LE, {positions.size()}, positions.data());
    };
    curve("loss", "Validation loss", "nats", loss);
    curve("accuracy", "Validation accuracy", "1", accuracy);
    h5::setText(group, "split", split);
    h5::setText(group, "default", "accuracy");
}

} // namespace

void writeValidation(hid_t run, const std::vector<ValidationRow>& rows)
{
    const h5::Handle group = h5::createGroup(run, "validation");
    h5::setText(group.id(), "NX_class", "NXcollection");
    writeSplit(group.id(), rows, "val");
    std::map<std::string, std::string> others; // split to group
    for (const ValidationRow& row : rows) {
        if (row.split != "val")
            others.emplace(row.split, fmt::format("split_{}", others.size() + 1));
    }
    for (const auto& [split, name] : others) {
        const h5::Handle other = h5::createGroup(group.id(), name);
        h5::setText(other.id(), "NX_class", "NXcollection");
        writeSplit(other.id(), rows, split);
    }
}

void writeEvents(hid_t run, const std::vector<RunEvent>& events)
{
    std::vector<std::int64_t> steps;
    std::vector<double> times, values;
    std::vector<std::string> kinds, texts;
    for (const RunEvent& event : events) {
        steps.push_back(event.step);
        times.push_back(event.unix_seconds);
        values.push_back(event.value);
        kinds.push_back(event.kind);
        texts.push_back(event.text);
    }
    const h5::Handle group = h5::createGroup(run, "events");
    h5::setText(group.id(), "NX_class", "NXcollection");
    describeValues(h5::writeIntegers(group.id(), "step", steps), "Step", "optimiser steps");
    const h5::Handle time = h5::writeBlock(group.id(), "time", H5T_IEEE_F64LE, {times.size()}, times.data());
    describeValues(time, "Time since 1970-01-01 UTC", "s");
    h5::writeTexts(group.id(), "kind", kinds);
    h5::writeTexts(group.id(), "text", texts);
    h5::writeBlock(group.id(), "value", H5T_IEEE_F64LE, {values.size()}, values.data());
}

} // namespace toeplab::core::layout
