"""Will it last? How fast a window is used, when it runs out and how sure that is, out of observations over time.

::

    from codex_quota import pace

    seen = [pace.observation_of(window, at) for window, at in readings_of_one_window]
    print(pace.forecast_text(pace.forecast(seen, now), style))

Pure: no input or output, no clock, nothing random.
"""

from __future__ import annotations

from .forecasts import cone as cone
from .forecasts import forecast as forecast
from .forecasts import lookback as lookback
from .records import CONFIDENCE as CONFIDENCE
from .records import Basis as Basis
from .records import ConePoint as ConePoint
from .records import Cycle as Cycle
from .records import Observation as Observation
from .records import Pace as Pace
from .records import Reason as Reason
from .records import Working as Working
from .records import observation_of as observation_of
from .runs import cycles as cycles
from .words import even_text as even_text
from .words import forecast_text as forecast_text
from .words import short_text as short_text
