% rebase("layout.tpl", title=say("Quota"), here="quota", wide=True, scripts=("morph.js", "app.js"), every=every)
<p class="notice warning lost" id="lost" role="alert" hidden>{{say("The connection is lost. These are the last figures; the page goes on by itself.")}}</p>
<div id="live" data-source="{{url("/")}}" data-words="{{words}}" data-zone-cookie="{{zone_cookie}}" data-path="{{visitor.base or "/"}}"\\
% if not fixed_zone:
 data-zone\\
% end
>
{{!live}}
</div>
