/* cmd/fcitx5-bon/bon.cpp: Vietnamese typing for Fcitx5 (5.0.21 and later): a shell around one ime_session a text field.
 *
 * When the focus leaves, Fcitx5 or the client commits the preedit by itself, so the engine only forgets it; when the input
 * method is switched, the engine commits. Nothing here throws: an addon that falls takes every input method with it.
 */
#include <cstring>
#include <fcitx-utils/log.h>
#include <fcitx/addonfactory.h>
#include <fcitx/addonmanager.h>
#include <fcitx/candidatelist.h>
#include <fcitx/inputcontext.h>
#include <fcitx/inputcontextmanager.h>
#include <fcitx/inputcontextproperty.h>
#include <fcitx/inputmethodengine.h>
#include <fcitx/inputpanel.h>
#include <fcitx/instance.h>

#include "ime-common/session.h"
#include "options.hpp"

namespace {

using namespace fcitx;

void report(const char *message) { FCITX_WARN() << message; }

struct Field final : InputContextProperty {
    explicit Field(ime_settings *settings) : ready(ime_session_open(&session, settings) == BON_OK) {}
    ~Field() override { ime_session_close(&session); }
    ime_session session;
    bool ready;
    bool stale = true; /* nothing was told since the last commit */
};

class Engine final : public InputMethodEngineV2 {
  public:
    explicit Engine(Instance *instance);
    ~Engine() override {
        ime_learned_save(&settings_.learned, report);
        ime_settings_free(&settings_);
    }

    void activate(const InputMethodEntry &entry, InputContextEvent &event) override;
    void deactivate(const InputMethodEntry &entry, InputContextEvent &event) override;
    void keyEvent(const InputMethodEntry &entry, KeyEvent &event) override;
    void reset(const InputMethodEntry &entry, InputContextEvent &event) override;
    const Configuration *getConfig() const override;
    void setConfig(const RawConfig &config) override { bon::changeSettings(settings_, config, report); }

    /* A key from the keyboard; true when it stops here. */
    bool press(InputContext *context, KeySym keysym, unsigned state);
    /* A candidate that was clicked. */
    void choose(InputContext *context, size_t candidate);

  private:
    Field *fieldOf(InputContext *context) { return context->propertyFor(&fields_); }
    void carryOut(InputContext *context, Field *field, const bon_ime_result &result);
    void showPreedit(InputContext *context, const bon_ime_result &result);
    void showNotice(InputContext *context, const char *notice);
    void forget(InputContext *context);

    ime_settings settings_{};
    mutable std::unique_ptr<bon::Options> options_; /* as they were when the configuration tool asked last */
    std::unique_ptr<bon::SettingsMenu> menu_;
    FactoryFor<Field> fields_;
    std::unique_ptr<HandlerTableEntry<EventHandler>> surroundings_;
};

class Candidate final : public CandidateWord {
  public:
    Candidate(Engine *engine, const char *text, size_t index)
        : CandidateWord(Text(text)), engine_(engine), index_(index) {}
    void select(InputContext *context) const override { engine_->choose(context, index_); }

  private:
    Engine *engine_;
    size_t index_;
};

Engine::Engine(Instance *instance) : fields_([this](InputContext &) { return new Field(&settings_); }) {
    ime_settings_update(&settings_, report);
    instance->inputContextManager().registerProperty("bonField", &fields_);
    menu_ = std::make_unique<bon::SettingsMenu>(&settings_, &instance->userInterfaceManager(), report);
    surroundings_ = instance->watchEvent(EventType::InputContextSurroundingTextUpdated, EventWatcherPhase::Default,
                                         [this](Event &event) {
                                             auto &update = static_cast<InputContextEvent &>(event);
                                             fieldOf(update.inputContext())->stale = false;
                                         });
}

const Configuration *Engine::getConfig() const {
    options_ = std::make_unique<bon::Options>(settings_);
    return options_.get();
}

/* ---- carrying out results ---- */

void Engine::showPreedit(InputContext *context, const bon_ime_result &result) {
    Text text(std::string(result.preedit, result.preedit_len),
              settings_.underline ? TextFormatFlag::Underline : TextFormatFlag::NoFlag);
    text.setCursor(static_cast<int>(result.cursor));
    InputPanel &panel = context->inputPanel();
    panel.reset();
    if (context->capabilityFlags().test(CapabilityFlag::Preedit))
        panel.setClientPreedit(text);
    else
        panel.setPreedit(text);
    context->updatePreedit();
}

/* The one place where text reaches a client; see the engine for IBus about the order. */
void Engine::carryOut(InputContext *context, Field *field, const bon_ime_result &result) {
    static const bon_ime_result nothing = {false, 0, "", 0, "", 0, 0, nullptr, 0, 0};
    bool hidesFirst = result.commit_len && !(field->session.quirks & IME_QUIRK_COMMIT_FIRST);
    if (result.delete_before)
        context->deleteSurroundingText(-static_cast<int>(result.delete_before), result.delete_before);
    if (hidesFirst) showPreedit(context, nothing);
    if (result.commit_len) context->commitString(std::string(result.commit, result.commit_len));
    if (result.commit_len || result.delete_before) field->stale = true;
    if (!hidesFirst || result.preedit_len) showPreedit(context, result);
    if (result.candidate_count) {
        auto list = std::make_unique<CommonCandidateList>();
        list->setPageSize(9);
        const bool hint = result.selected == result.candidate_count; /* digits are not for choosing then */
        if (hint)
            list->setLabels(std::vector<std::string>(9, ""));
        else
            list->setLabels({"1 ", "2 ", "3 ", "4 ", "5 ", "6 ", "7 ", "8 ", "9 "});
        for (size_t i = 0; i < result.candidate_count; i++) list->append<Candidate>(this, result.candidates[i], i);
        if (!hint) list->setGlobalCursorIndex(static_cast<int>(result.selected));
        context->inputPanel().setCandidateList(std::move(list));
    }
    context->updateUserInterface(UserInterfaceComponent::InputPanel);
}

/* Above the candidates, where the preedit of clients that show none would stand. */
void Engine::showNotice(InputContext *context, const char *notice) {
    InputPanel &panel = context->inputPanel();
    if (!notice && panel.auxUp().empty()) return;
    panel.setAuxUp(notice ? Text(notice) : Text());
    context->updateUserInterface(UserInterfaceComponent::InputPanel);
}

/* ---- keys ---- */

bool Engine::press(InputContext *context, KeySym keysym, unsigned state) {
    Field *field = fieldOf(context);
    if (!field->ready) return false;
    if (!field->session.typing) ime_settings_update(&settings_, report);
    const CapabilityFlags flags = context->capabilityFlags();
    ime_session_field(&field->session,
                      flags.testAny(CapabilityFlags{CapabilityFlag::Password, CapabilityFlag::Digit,
                                                    CapabilityFlag::Number, CapabilityFlag::Dialable}),
                      flags.test(CapabilityFlag::Sensitive));
    const SurroundingText &text = context->surroundingText();
    bool known = flags.test(CapabilityFlag::SurroundingText) && !field->stale && text.isValid() &&
                 text.cursor() == text.anchor();
    ime_surroundings around = {known, text.text().c_str(), text.cursor()};
    bon_ime_result result;
    if (ime_session_key(&field->session, keysym, Key::keySymToUnicode(keysym), state, &around, &result))
        carryOut(context, field, result);
    showNotice(context, ime_settings_notice(&settings_));
    return result.handled;
}

void Engine::choose(InputContext *context, size_t candidate) {
    Field *field = fieldOf(context);
    bon_ime_result result;
    if (field->ready && ime_session_choose(&field->session, candidate, &result)) carryOut(context, field, result);
}

void Engine::keyEvent(const InputMethodEntry &, KeyEvent &event) {
    if (event.isRelease()) return;
    if (press(event.inputContext(), event.rawKey().sym(), static_cast<unsigned>(event.rawKey().states())))
        event.filterAndAccept();
}

/* ---- the field ---- */

void Engine::forget(InputContext *context) {
    Field *field = fieldOf(context);
    if (!field->ready) return;
    ime_session_forget(&field->session);
    field->stale = true;
    context->inputPanel().reset();
    context->updatePreedit();
    context->updateUserInterface(UserInterfaceComponent::InputPanel);
}

void Engine::activate(const InputMethodEntry &, InputContextEvent &event) {
    InputContext *context = event.inputContext();
    ime_settings_update(&settings_, report);
    std::string client = context->program() + " " + context->frontend();
    ime_session_client(&fieldOf(context)->session, client.c_str());
    menu_->show(context);
}

void Engine::deactivate(const InputMethodEntry &, InputContextEvent &event) {
    InputContext *context = event.inputContext();
    Field *field = fieldOf(context);
    if (field->ready && event.type() == EventType::InputContextSwitchInputMethod && field->session.typing) {
        bon_ime_result result;
        ime_session_finish(&field->session, &result);
        carryOut(context, field, result);
    }
    forget(context);
    if (field->ready) ime_session_leave(&field->session, report);
}

void Engine::reset(const InputMethodEntry &, InputContextEvent &event) { forget(event.inputContext()); }

class Factory final : public AddonFactory {
    AddonInstance *create(AddonManager *manager) override { return new Engine(manager->instance()); }
};

} // namespace

FCITX_ADDON_FACTORY(Factory)
