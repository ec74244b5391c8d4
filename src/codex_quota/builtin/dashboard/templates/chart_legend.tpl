<ul class="key" aria-label="{{say("Legend")}}">
% words = {"line": say("used") if settings.show == "used" else say("left"), "expected": say("expected"), "cone": say("likely, 8 times out of 10"), "reset": say("reset"), "early": say("reset early, or still to come"), "pause": say("nothing read"), "failed": say("not read: an error")}
% for kind in legend:
<li><svg class="chart sample" width="26" height="14" aria-hidden="true">\\
%   if kind == "line":
<path class="line" d="M1 3L25 11"/>\\
%   elif kind == "expected":
<path class="expected" d="M1 3L25 11"/>\\
%   elif kind == "cone":
<path class="cone" d="M1 3L25 1V13z"/>\\
%   elif kind in ("reset", "early"):
<svg class="mark {{kind}}" x="13"><line y2="6"/><path {{!'class="open"' if kind == "early" else ""}} d="M0 6l4 6.5h-8z"/></svg>\\
%   else:
<rect class="{{kind}}" width="26" height="14" fill="url(#{{kind}})"/>\\
%   end
</svg>{{words[kind]}}</li>
% end
</ul>
<p class="quiet legend">{{say("Times are in {zone}.", zone=zone)}}</p>
