// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/split_panel.h"

#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"
#include "widgets/style/appearance.h"

#include <QtCore/QSignalBlocker>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QSlider>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QVBoxLayout>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{

namespace
{

constexpr int kPlaces = 240; ///< of a slider

[[nodiscard]] int valueAt(int place, int lowest, int highest)
{
    const double way = double(place) / kPlaces;
    return lowest + int(std::lround(std::pow(highest - lowest + 1.0, way) - 1));
}

[[nodiscard]] int placeOf(int value, int lowest, int highest)
{
    if (highest <= lowest) {
        return 0;
    }
    return int(std::lround(kPlaces * std::log(value - lowest + 1.0) / std::log(highest - lowest + 1.0)));
}

} // namespace

SlidingNumber::SlidingNumber(const QString& label, const QString& hover, const QString& id,
                             std::function<void(int)> changed)
    : slider_(new QSlider(Qt::Horizontal)), field_(new QSpinBox)
{
    auto* name = new QLabel(label);
    setTextRole(*name, TextRole::Muted);
    name->setBuddy(field_);
    slider_->setRange(0, kPlaces);
    slider_->setPageStep(kPlaces / 12);
    slider_->setAccessibleName(label);
    slider_->setObjectName(id + QStringLiteral("-slider"));
    field_->setAccessibleName(label);
    field_->setObjectName(id);
    field_->setFixedWidth(72);
    for (QWidget* widget : std::initializer_list<QWidget*>{name, slider_, field_}) {
        widget->setToolTip(hover);
    }
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace2);
    row->addWidget(name);
    row->addWidget(slider_, 1);
    row->addWidget(field_);
    QObject::connect(slider_, &QSlider::valueChanged, this,
                     [this](int place) { field_->setValue(valueAt(place, field_->minimum(), field_->maximum())); });
    QObject::connect(field_, &QSpinBox::valueChanged, this, [this, changed = std::move(changed)](int value) {
        follow(value);
        changed(value);
    });
}

void SlidingNumber::follow(int value)
{
    const QSignalBlocker quiet(slider_);
    // A place that stands for this value stays where it was put.
    if (valueAt(slider_->value(), field_->minimum(), field_->maximum()) != value) {
        slider_->setValue(placeOf(value, field_->minimum(), field_->maximum()));
    }
}

void SlidingNumber::setRange(int lowest, int highest)
{
    const QSignalBlocker quiet(field_);
    field_->setRange(lowest, std::max(lowest, highest));
    follow(field_->value());
}

void SlidingNumber::setValue(int value)
{
    const QSignalBlocker quiet(field_);
    field_->setValue(value);
    follow(field_->value());
}

SplitPanel::SplitPanel(PanelText text, const std::string& kind, Workspace& workspace, const LiveSession& session,
                       QWidget* parent)
    : FigurePanel(std::move(text), {kind}, workspace, session, parent),
      band_(new SlidingNumber(tr("Band ±"), tr("Lags up to this size belong to the band (positions)"),
                              this->text().id + QStringLiteral("-band"),
                              [this](int value) { setPart("band", value); })),
      rank_(new SlidingNumber(
          tr("Rank"), tr("Inducing points over the sequence: what is left beside the band is straight between them"),
          this->text().id + QStringLiteral("-rank"), [this](int value) { setPart("rank", value); }))
{
    auto* row = new QHBoxLayout;
    row->setContentsMargins(kSpace2, 0, kSpace2, 0);
    row->setSpacing(kSpace4);
    row->addWidget(band_, 1);
    row->addWidget(rank_, 1);
    column().addLayout(row);
    connect(&this->workspace(), &Workspace::currentChanged, this, &SplitPanel::takeRun);
    connect(&this->workspace(), &Workspace::headerChanged, this, &SplitPanel::takeRun);
    connect(&this->workspace(), &Workspace::layerChanged, this, &SplitPanel::fitRanges);
    fitRanges();
    takeRun();
}

void SplitPanel::fitRanges()
{
    const auto length = int(workspace().layer().length);
    for (QWidget* control : {band_, rank_}) {
        control->setEnabled(length > 1);
    }
    if (length > 1) {
        band_->setRange(0, length - 1);
        rank_->setRange(2, length);
        optionsChanged();
    }
}

void SplitPanel::takeRun()
{
    fitRanges();
    const RunDocument* const run = workspace().current();
    if (run == nullptr || !run->hasHeader() || run->path() == taken_) {
        return;
    }
    taken_ = run->path();
    const nlohmann::json mixer = run->header().experiment.value("mixer", nlohmann::json::object());
    if (mixer.value("kind", "") == "ski") {
        setParts((mixer.value("band", 1) - 1) / 2, mixer.value("rank", 2));
    }
}

void SplitPanel::setParts(int band, int rank)
{
    const auto now = [this](const char* key) { return int(view().spec().number(key)); };
    if (now("band") != band) {
        setPart("band", band);
    }
    if (now("rank") != rank) {
        setPart("rank", rank);
    }
}

void SplitPanel::setPart(const std::string& key, int value)
{
    for (const FigureOption& option : findKind(view().spec().kind)->options) {
        if (option.key == key) {
            setOption(view().spec().kind, option, double(value));
        }
    }
}

void SplitPanel::optionsChanged()
{
    const FigureSpec& spec = view().spec();
    band_->setValue(int(spec.number("band")));
    rank_->setValue(int(spec.number("rank")));
    Q_EMIT partsChanged(int(spec.number("band")), int(spec.number("rank")));
}

} // namespace toeplab::widgets
